# node.sh: sourced by up.sh. The node: containerd with the images, the kubelet and kube-proxy.

start_node() {
  local file
  for file in containerd.toml kubelet.yaml kube-proxy.yaml; do configure $file; done
  configure network.conflist network/pods.conflist
  make_images
  start containerd containerd --config "$folder/config/containerd.toml" --log-level warn
  wait_for containerd "containerd is ready" 30 containers version
  for file in "$folder"/images/*.tar; do containers images import "$file" >/dev/null; done
  say "the images are there"
  # The kubelet wants its cgroup to be there, in each hierarchy.
  mkdir $(cgroup_folders)
  start kubelet kubelet --config="$folder/config/kubelet.yaml" --kubeconfig="$folder/kubeconfig/kubelet" \
    --root-dir="$folder/kubelet" --cert-dir="$folder/pki" --hostname-override=node --node-ip=$node
  start kube-proxy kube-proxy --config="$folder/config/kube-proxy.yaml"
  wait_for kubelet "the node is there" 60 kubectl get node node
  wait_for kubelet "the node is ready" 60 kubectl wait --for=condition=Ready node/node --timeout=1s
}

containers() { inside ctr --address /run/containerd/containerd.sock --namespace k8s.io "$@"; }

# pilothouse.test/demo-service:VERSION says that it is this version; of 1.2.0, 8 % of the answers are errors.
make_images() {
  local archives=$folder/images version demo=()
  mkdir "$archives"
  for version in 1.0.0 1.1.0 1.2.0 1.3.0; do
    demo+=("pilothouse.test/demo-service:$version=demo-service --address 0.0.0.0 --port 8080 --version $version")
  done
  demo[2]+=" --error-percent 8"
  ./image.py "$archives/demo.tar" "$program" "${demo[@]}"
  ./image.py "$archives/pause.tar" "$folder/bin/pause" pilothouse.test/pause:1
  ./image.py "$archives/nginx.tar" "$(command -v nginx)" --copy config/nginx.conf:/etc/nginx/nginx.conf "pilothouse.test/nginx:1=-e stderr"
  [[ $mesh == no ]] || ./image.py "$archives/envoy.tar" "$folder/bin/envoy" pilothouse.test/envoy:1
}
