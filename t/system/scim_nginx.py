"""An nginx with a configuration of the test's own: one worker, no gate, short
timeouts, and whatever Redis the test says."""

import os
import shutil
import signal
import subprocess

from scim_client import Client
from scim_server import REPO, alive, check_log, free_port, wait_until

CONF = """
{load}
{user}
worker_processes  1;
pid               nginx.pid;
error_log         error.log notice;
events {{ worker_connections 256; }}
http {{
    access_log             off;
    client_body_temp_path  temp;
    proxy_temp_path        temp;
    fastcgi_temp_path      temp;
    uwsgi_temp_path        temp;
    scgi_temp_path         temp;
    client_body_timeout    2s;

    scim_redis                  {redis};
    scim_redis_timeout          {timeout};
    scim_redis_connect_timeout  500ms;

    server {{
        listen  127.0.0.1:{port};
        location /scim/v2/ {{
            client_body_buffer_size  1k;
            scim_tenant  fake;
            scim;
            error_page   400 408 413 500 502 503 504  @scim_error;
        }}
        location @scim_error {{ scim_error; }}
        location /admin/     {{ scim_admin; }}
    }}
}}
"""


class Nginx:
    def __init__(self, root, redis, timeout="700ms"):
        build = REPO / "build" / os.environ.get("BUILD", "release")
        self.root, self.port = root, free_port()
        self.program, load = str(build / "nginx"), ""
        if not os.path.exists(self.program):
            self.program = "/usr/sbin/nginx"
            load = f"load_module {root}/module.so;"
            shutil.copy(build / "ngx_http_scim_module.so", root / "module.so")
        (root / "temp").mkdir(exist_ok=True)
        (root / "nginx.conf").write_text(CONF.format(
            load=load, redis=redis, port=self.port, timeout=timeout,
            user="user root;" if os.getuid() == 0 else ""))
        self.client = Client(f"http://127.0.0.1:{self.port}/scim/v2", "none")

    def start(self):
        subprocess.run([self.program, "-p", str(self.root), "-c",
                        "nginx.conf"], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert wait_until(lambda: (self.root / "nginx.pid").exists(), 15)
        self.pid = int((self.root / "nginx.pid").read_text())

    def worker(self):
        out = subprocess.run(["pgrep", "-P", str(self.pid)], text=True,
                             stdout=subprocess.PIPE).stdout
        return [int(pid) for pid in out.split()]

    def log(self):
        return (self.root / "error.log").read_text(errors="replace")

    def stop(self):
        """Must end by itself; and its log must be quiet."""
        os.kill(self.pid, signal.SIGQUIT)
        gone = wait_until(lambda: not alive(self.pid), 15)
        if not gone:
            os.kill(self.pid, signal.SIGTERM)
        assert gone, "nginx does not end"
        check_log(self.log())
