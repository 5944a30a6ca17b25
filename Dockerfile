# nginx with the SCIM module, behind whatever gateway you have; Redis is
# elsewhere.  docs/operations.md tells what the environment means.
#
#   docker build -t nginx-scim .
#   docker run -p 8080:8080 -e SCIM_REDIS=redis:6379 nginx-scim

ARG BASE=debian:bookworm-slim

FROM ${BASE} AS build
WORKDIR /src
COPY tools/deps.sh tools/
RUN tools/deps.sh build
COPY . .
RUN make build \
 && mkdir /out && cp build/release/ngx_http_scim_module.so /out/ \
 && ldd /out/*.so | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p' | xargs readlink -f \
        | xargs dpkg -S 2>/dev/null | cut -d: -f1 | sort -u > /out/packages

FROM ${BASE}
COPY --from=build /out/ /tmp/out/
# Besides nginx, the libraries that the module is linked with, by the names
# that this release of Debian gives them.
RUN apt-get update -q \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
        --no-install-recommends nginx openssl curl $(cat /tmp/out/packages) \
 && install -D -m 644 -t /usr/lib/nginx/modules \
        /tmp/out/ngx_http_scim_module.so \
 && rm -rf /tmp/out /var/lib/apt/lists/*
COPY conf/scim/ /etc/nginx/scim/
COPY conf/profiles/ /etc/nginx/scim/profiles/
COPY conf/container/nginx.conf /etc/nginx/nginx.conf
COPY conf/container/entrypoint.sh /usr/local/bin/scim-entrypoint

# www-data, as a number: Kubernetes' runAsNonRoot cannot look up names.
USER 33:33
EXPOSE 8080
# What nginx does on QUIT: finish what is in flight.
STOPSIGNAL SIGQUIT
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD curl -fsS "http://127.0.0.1:${SCIM_LISTEN:-8080}/healthz" || exit 1
ENTRYPOINT ["scim-entrypoint"]
