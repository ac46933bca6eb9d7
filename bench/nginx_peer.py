"""nginx with one worker, sending a file."""
import os
import shutil
import subprocess

from harness import free_port, until
from sites import pin

CONFIGURATION = """
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 1000000000;
    open_file_cache max=100 inactive=1h;
    open_file_cache_valid 1h;
    default_type application/json;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/files;
    }}
}}
"""


class Nginx:
    """Serves `content` at /api/environments."""

    def __init__(self, folder, content, core):
        self.folder = folder / "nginx"
        (self.folder / "files" / "api").mkdir(parents=True)
        (self.folder / "files" / "api" / "environments").write_bytes(content)
        self.port = free_port()
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(CONFIGURATION.format(folder=self.folder, port=self.port, user=user))
        self.process = subprocess.Popen([*pin(core), shutil.which("nginx") or "/usr/sbin/nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"),
                                         "-e", str(self.folder / "error.log"), "-g", "daemon off;"], stderr=open(self.folder / "nginx.log", "wb"))
        self.address = f"127.0.0.1:{self.port}"

    def stop(self):
        self.process.terminate()
        self.process.wait()
