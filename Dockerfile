# One image for the operator, the agents and the command line: `make image`.
#
# The first stage bundles the program and gathers what it needs; the second is that and nothing else: no shell, no package
# manager, no user but one who owns nothing. Where no registry can be reached, scripts/base-images.sh makes the base.
# Node.js is the version that package-lock.json names; a test compares them.
FROM docker.io/library/node:24.21.0-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json ./
# `make image` lends the packages that it has installed.
RUN test -e node_modules/.package-lock.json || npm ci --no-audit --no-fund --loglevel=error
COPY . .
RUN node scripts/build.ts && scripts/image/root.sh /image

FROM scratch
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="mqtt-security-operator" \
      org.opencontainers.image.description="Identities, topic rights and revocation for Mosquitto fleets: operator, agent and command line" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /image /
ENV PATH=/usr/local/bin \
    NODE_OPTIONS=--max-semi-space-size=2
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["mqttsec"]
