# One image that serves and trains: docker run IMAGE, docker run IMAGE train …; deploy/README.md says how.
ARG NODE_IMAGE=node:24-trixie-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# The packages first: they change less often than the sources.
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/tmp/npm npm_config_cache=/tmp/npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN node scripts/build.mjs

FROM ${NODE_IMAGE}
LABEL org.opencontainers.image.title="simdgrad" \
      org.opencontainers.image.description="Reads handwritten digits over HTTP, and trains the networks that do" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
COPY --from=build /build/package.json /build/LICENSE /app/
COPY --from=build /build/models/pretrained /app/models/pretrained
COPY --from=build /build/dist /app/dist
# Runs, versions and downloaded data: the only place that is written to, so the root may be read-only.
RUN ln -s /app/dist/cli.js /usr/local/bin/mnist && mkdir /data && chown 1000:1000 /data
VOLUME /data
WORKDIR /data
# Node's images call this user node; Kubernetes wants the number, to see that it is not root.
USER 1000:1000
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 CMD ["node", "-e", "fetch('http://127.0.0.1:8000/v2/health/ready').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/cli.js"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
