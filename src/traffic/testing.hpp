// For tests: replicas that we did not write.
#pragma once
#include "base/files.hpp"
#include "target/supervisor.hpp"

namespace traffic {

/// An nginx under a shim: it answers `/` with its name in the header X-Server, `/slow` with 4,000 bytes in
/// some seconds, and `/health` with 503 while the file `sick` is in its folder. It is one process: of two,
/// the one that does not die first would take connections for the other one, and a client could lose two
/// requests.
inline base::Result<void> launch_nginx(base::Files& files, target::Supervisor& supervisor,
                                       std::string const& folder, std::uint16_t port,
                                       std::string const& name) {
    std::string config = fmt::format(R"(
        user root; daemon off; master_process off; error_log stderr; pid {0}/pid;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/fastcgi;
            uwsgi_temp_path {0}/uwsgi; scgi_temp_path {0}/scgi;
            server {{
                listen 127.0.0.1:{1};
                add_header X-Server {2} always;
                location / {{ return 200 "hello\n"; }}
                location = /slow {{ root {0}; limit_rate 1500; }}
                location /health {{ if (-f {0}/sick) {{ return 503; }} return 200; }}
            }}
        }})",
                                     folder, port, name);
    TRY_VOID(files.write(folder + "/nginx.conf", config));
    TRY_VOID(files.write(folder + "/slow", std::string(4000, '.')));
    return supervisor.launch(
        folder, {.command = {"nginx", "-p", folder, "-e", "stderr", "-c", folder + "/nginx.conf"},
                 .env = {{"PATH", "/usr/sbin:/usr/bin:/bin"}}});
}

}  // namespace traffic
