# control_plane.sh: sourced by up.sh. etcd, the API server, the controllers and the scheduler, with keys of their own.

node=10.200.0.1

start_control_plane() {
  make_keys
  make_kubeconfigs
  configure audit.yaml
  start etcd etcd --name etcd --data-dir "$folder/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 \
    --initial-cluster etcd=http://127.0.0.1:2380
  start kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 --bind-address=$node --advertise-address=$node \
    --secure-port=6443 --service-cluster-ip-range=10.96.0.0/16 --allow-privileged=true \
    --tls-cert-file="$folder/pki/apiserver.crt" --tls-private-key-file="$folder/pki/apiserver.key" \
    --client-ca-file="$folder/pki/ca.crt" --token-auth-file="$folder/pki/tokens.csv" \
    --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$folder/pki/accounts.pub" \
    --service-account-signing-key-file="$folder/pki/accounts.key" \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --kubelet-client-certificate="$folder/pki/apiserver.crt" --kubelet-client-key="$folder/pki/apiserver.key" \
    --kubelet-certificate-authority="$folder/pki/ca.crt" --kubelet-preferred-address-types=InternalIP \
    --audit-policy-file="$folder/config/audit.yaml" --audit-log-path="$folder/log/audit.log"
  wait_for kube-apiserver "the API server is ready" 60 kubectl get --raw /readyz
  # Their own limits (20 and 50 requests a second) would be what one measures when many things change at once.
  start kube-controller-manager kube-controller-manager --kubeconfig="$folder/kubeconfig/kube-controller-manager" \
    --kube-api-qps=1000 --kube-api-burst=1000 \
    --service-account-private-key-file="$folder/pki/accounts.key" --root-ca-file="$folder/pki/ca.crt" \
    --use-service-account-credentials=true --leader-elect=false --bind-address=127.0.0.1 \
    --allocate-node-cidrs=true --cluster-cidr=10.244.0.0/16 \
    --cluster-signing-cert-file="$folder/pki/ca.crt" --cluster-signing-key-file="$folder/pki/ca.key"
  start kube-scheduler kube-scheduler --kubeconfig="$folder/kubeconfig/kube-scheduler" --leader-elect=false --bind-address=127.0.0.1 \
    --authentication-skip-lookup=true --kube-api-qps=1000 --kube-api-burst=1000
}

make_keys() (
  cd "$folder/pki"
  key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
  # certificate NAME SUBJECT ALTERNATIVE_NAMES: signed by our own authority, for servers and clients.
  certificate() {
    key "$1"
    openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
    openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 365 -out "$1.crt" \
      -extfile <(echo "extendedKeyUsage=serverAuth,clientAuth"; echo "subjectAltName=$3") 2>/dev/null
  }
  key ca
  openssl req -x509 -new -key ca.key -days 365 -subj /CN=pilothouse-cluster -out ca.crt -addext keyUsage=critical,keyCertSign,cRLSign
  certificate apiserver /O=system:masters/CN=kube-apiserver \
    IP:$node,IP:10.96.0.1,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
  certificate kubelet /CN=node IP:$node,DNS:node
  key accounts
  openssl ec -in accounts.key -pubout -out accounts.pub 2>/dev/null
)

# Who may ask the API server: each with a token, which is its name. Nobody reaches it from outside the cluster's network.
make_kubeconfigs() {
  local name user group
  while read -r name user group; do
    echo "$name,$user,$name${group:+,$group}" >>"$folder/pki/tokens.csv"
    cat >"$folder/kubeconfig/$name" <<END
apiVersion: v1
kind: Config
clusters: [{name: cluster, cluster: {server: "https://$node:6443", certificate-authority: "$folder/pki/ca.crt"}}]
users: [{name: $name, user: {token: $name}}]
contexts: [{name: cluster, context: {cluster: cluster, user: $name}}]
current-context: cluster
END
  done <<END
admin admin system:masters
kube-controller-manager system:kube-controller-manager
kube-scheduler system:kube-scheduler
kubelet system:node:node system:nodes
kube-proxy system:kube-proxy
END
}
