"""Objects for tests: versions of a service as deployments, and routes that share requests out among them."""


def deployment(name, image, replicas=2, arguments=()):
    """Its pods serve on port 8080; demo-service goes on serving for a second after it is told to end."""
    health = "/healthz" if "demo-service" in image else "/"
    container = {"name": "web", "image": f"pilothouse.test/{image}", "imagePullPolicy": "Never", "ports": [{"containerPort": 8080}],
                 "readinessProbe": {"httpGet": {"path": health, "port": 8080}, "periodSeconds": 1}}
    if arguments:
        container["args"] = list(arguments)
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": {
        "replicas": replicas, "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": {"terminationGracePeriodSeconds": 10, "containers": [container]}}}}


def service(name, app):
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name},
            "spec": {"selector": {"app": app}, "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}}


def virtual_service(name, host, weights):
    """`weights`: service -> percent."""
    routes = [{"destination": {"host": service_name, "port": {"number": 80}}, "weight": weight} for service_name, weight in weights.items()]
    return {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": {"name": name},
            "spec": {"hosts": [host], "gateways": ["istio-system/ingress"], "http": [{"route": routes}]}}


def http_route(name, host, gateway_namespace, weights, apart=False):
    """`apart`: Envoy Gateway makes a cluster of its own for each backend, because each has a filter; so its statistics tell them apart."""
    backends = [{"name": service_name, "port": 80, "weight": weight} for service_name, weight in weights.items()]
    if apart:
        for backend in backends:
            header = {"name": "X-Backend", "value": backend["name"]}
            backend["filters"] = [{"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [header]}}]
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": name},
            "spec": {"parentRefs": [{"name": "gateway", "namespace": gateway_namespace}], "hostnames": [host],
                     "rules": [{"backendRefs": backends}]}}
