# mesh.sh: sourced by up.sh. Istio and Envoy Gateway with an Envoy each, and Prometheus that reads from all Envoys.

make_kinds() { kubectl apply --server-side -f "$built/crds" >/dev/null; }

start_mesh() {
  kubectl create namespace istio-system >/dev/null
  kubectl create namespace envoy-gateway-system >/dev/null
  start_istio
  start_envoy_gateway
  configure prometheus.yml
  start prometheus prometheus --config.file="$folder/config/prometheus.yml" --storage.tsdb.path="$folder/prometheus" \
    --web.listen-address=127.0.0.1:9090 --log.level=warn
  wait_for prometheus "Prometheus is ready" 30 inside curl -sf http://127.0.0.1:9090/-/ready
}

# Envoy as it is lacks the filters that Istio's own build has; istiod is told to do without.
start_istio() {
  configure istio-mesh.yaml
  INGRESS=ingress configure istio-envoy.yaml istio-ingress.yaml
  INGRESS=gateway configure istio-envoy.yaml istio-gateway.yaml
  start istiod env POD_NAME=istiod POD_NAMESPACE=istio-system REVISION=default CLUSTER_ID=Kubernetes \
    PILOT_ENABLE_METADATA_EXCHANGE=false PILOT_ENABLE_ALPN_FILTER=false PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER=false \
    VALIDATION_WEBHOOK_CONFIG_NAME= INJECTION_WEBHOOK_CONFIG_NAME= \
    pilot-discovery discovery --kubeconfig "$folder/kubeconfig/admin" --meshConfig "$folder/config/istio-mesh.yaml" \
    --domain cluster.local --registries Kubernetes --httpAddr $node:18081 --grpcAddr $node:15010 --secureGRPCAddr "" --httpsAddr "" \
    --monitoringAddr 127.0.0.1:15014 --ctrlz_port 0
  wait_for istiod "istiod is ready" 60 inside curl -sf http://$node:18081/ready
  start istio-ingress envoy -c "$folder/config/istio-ingress.yaml" --log-level warning --concurrency 1 --disable-hot-restart \
    --service-cluster ingress.istio-system --service-node "router~$node~ingress.istio-system~istio-system.svc.cluster.local"
  kubectl create configmap envoy --namespace istio-system --from-file=envoy.yaml="$folder/config/istio-gateway.yaml" >/dev/null
  kubectl apply -f - <manifests/istio.yaml >/dev/null
  wait_for istio-ingress "Istio's ingress listens" 60 inside bash -c "exec 3<>/dev/tcp/$node/10080"
  wait_for istiod "Istio's gateway is ready" 60 kubectl rollout status --namespace istio-system deployment/gateway --timeout=1s
}

# Envoy Gateway on the machine and not in pods: it starts its Envoy by itself, from where it would have downloaded it to. Its keys
# are made twice: as files for itself and its Envoy, and as secrets, which it looks for as well.
start_envoy_gateway() {
  local own=$folder/envoy-gateway download=$folder/envoy-gateway/data/envoy-versions/$envoy/bin
  configure envoy-gateway.yaml
  mkdir -p "$download"
  ln -s "$folder/bin/envoy" "$download/envoy"
  local gateway=(env "KUBECONFIG=$folder/kubeconfig/admin" envoy-gateway)
  inside "${gateway[@]}" certgen --local --config-home "$own/config" >"$folder/log/certgen.log" 2>&1
  inside "${gateway[@]}" certgen --disable-topology-injector >>"$folder/log/certgen.log" 2>&1
  inside cp -r "$own/config/certs/envoy-gateway/." /certs
  start envoy-gateway "${gateway[@]}" server --config-path "$folder/config/envoy-gateway.yaml"
  sed "s/@ENVOY@/$envoy/" manifests/envoy-gateway.yaml | kubectl apply -f - >/dev/null
  wait_for envoy-gateway "Envoy Gateway's Envoy listens" 60 inside bash -c "exec 3<>/dev/tcp/$node/10081"
}
