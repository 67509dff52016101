# The images of the proxy, of the redirect of a pod, and of the control plane. `./ambit images` builds them: what Maven, jlink
# and Go make is staged in target/images/staged by deploy/images/stage, and laid out here on what BASE brings, so that a build
# container needs no registry (docs/decisions/0050). BASE is a Debian; what it lacks is installed in the build alone.
ARG BASE=debian:bookworm-slim

FROM ${BASE} AS parts
RUN command -v nft setcap >/dev/null && test -f /etc/ssl/certs/ca-certificates.crt || \
    { apt-get update -q && apt-get install -y -q --no-install-recommends ca-certificates libcap2-bin nftables; }
COPY target/images/staged /staged
COPY deploy/images/assemble /staged/
# Seconds since 1970: the time of every file.
ARG EPOCH
ARG VERSION
RUN /staged/assemble "$EPOCH" "$VERSION"

# Init container: UID 65534 and NET_ADMIN, which the program itself carries as a file capability.
FROM scratch AS redirect
COPY --from=parts /parts/redirect/ /
USER 65534:65534
ENTRYPOINT ["/usr/bin/ambit-redirect"]
CMD ["install"]
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title=ambit-redirect \
      org.opencontainers.image.description="Turns a pod's traffic to its proxy, and proves it." \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION

FROM scratch AS control-plane
COPY --from=parts /parts/runtime/ /
COPY --from=parts /parts/control-plane/ /
USER 2113:2113
ENTRYPOINT ["/opt/java/bin/java", "@/ambit/control-plane.options"]
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title=ambit-control-plane \
      org.opencontainers.image.description="Holds sessions, issues credentials and sees them die." \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION

# The AOT caches, trained with the Java and the jars that are shipped, where they will lie. The network of a build container is
# enough: origin and proxy share its one address, and nothing leaves it.
FROM parts AS trained
ARG TRAINING=yes
RUN cp -a /parts/runtime/opt/java /opt/java && cp -a /parts/proxy/ambit /ambit && cp -a /staged/launch /launch && \
    if [ "$TRAINING" = yes ]; then \
      /staged/trainer/bin/java -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
        -Dambit.home=/ -Dambit.proxy.home=/ambit -Dambit.proxy.java=/opt/java -cp '/staged/bench/*' dev.ambit.bench.BenchMain train; \
    fi
# There is no shell to run the launcher, so it says beforehand what it would start.
ARG EPOCH
RUN mkdir -p /parts/launch/launch && \
    for profile in small fast; do /ambit/launch/ambit-proxy --arguments "$profile" >"/parts/launch/launch/$profile"; done && \
    { [ "$TRAINING" != yes ] || cp /launch/*.aot /parts/launch/launch/; } && \
    find /parts/launch -exec touch -h -d "@$EPOCH" {} +

# Sidecar. The argument is a launch profile: @/ambit/launch/small for one agent, @/ambit/launch/fast for a busy pod.
FROM scratch AS proxy
COPY --from=parts /parts/runtime/ /
COPY --from=parts /parts/proxy/ /
COPY --from=trained /parts/launch/ /
USER 2112:2112
ENTRYPOINT ["/opt/java/bin/java"]
CMD ["@/ambit/launch/small"]
ARG VERSION
ARG REVISION
LABEL org.opencontainers.image.title=ambit-proxy \
      org.opencontainers.image.description="Judges every call of an agent and adds what the agent may not see." \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=$VERSION \
      org.opencontainers.image.revision=$REVISION
