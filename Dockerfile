# Builds the images of the proxy and the control plane:
#   docker build --target proxy -t ambit-proxy .
#   docker build --target control-plane -t ambit-control-plane .
# BUILD_BASE needs a JDK 25 at JAVA_HOME and Maven; BASE needs nothing but a C library (glibc), a POSIX shell and
# CA certificates. The AOT caches of the proxy are trained here, with the Java and the jars that the image ships.
ARG BUILD_BASE=maven:3-eclipse-temurin-25
ARG BASE=debian:bookworm-slim

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY . .
RUN mvn -B -ntp package -pl bench,control-plane -am -Dmaven.test.skip=true -Dexec.skip
# A runtime with just the modules the programs use; jdeps sees no reflection, so the providers are named by hand.
RUN "$JAVA_HOME/bin/jlink" --output /opt/java --strip-java-debug-attributes --no-header-files --no-man-pages --compress zip-6 \
    --add-modules java.base,java.logging,java.management,java.naming,java.net.http,java.sql,java.xml,jdk.crypto.ec,jdk.unsupported,jdk.zipfs

FROM build AS trained
RUN mkdir /opt/ambit && cp -a proxy/target/ambit-proxy.jar proxy/target/lib proxy/target/launch /opt/ambit/ && chmod +x /opt/ambit/launch/ambit-proxy
# The network of a build container is enough: origin and proxy share its one address, and nothing leaves it.
RUN "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -Dambit.home=/src -Dambit.proxy.home=/opt/ambit -Dambit.proxy.java=/opt/java \
    -cp 'bench/target/ambit-bench.jar:bench/target/lib/*' dev.ambit.bench.BenchMain train

FROM ${BASE} AS runtime
COPY --from=build /opt/java /opt/java
ENV PATH=/opt/java/bin:$PATH
LABEL org.opencontainers.image.licenses=Apache-2.0

FROM runtime AS proxy
COPY --from=trained /opt/ambit /opt/ambit
USER 2112:2112
LABEL org.opencontainers.image.title=ambit-proxy
# The launch profile: small, or fast for a busy pod.
ENTRYPOINT ["/opt/ambit/launch/ambit-proxy"]
CMD ["small"]

FROM runtime AS control-plane
COPY --from=build /src/control-plane/target/ambit-control-plane.jar /opt/ambit/
COPY --from=build /src/control-plane/target/lib /opt/ambit/lib
USER 2113:2113
LABEL org.opencontainers.image.title=ambit-control-plane
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseCompactObjectHeaders", "--enable-native-access=ALL-UNNAMED", "-cp", "/opt/ambit/ambit-control-plane.jar:/opt/ambit/lib/*", "dev.ambit.control.ControlPlaneMain"]
