package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What an agent brings along of its own does not reach an upstream; the rest does.
class StripListTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Authorization",
        "authorization",
        "AUTHORIZATION",
        "Proxy-Authorization",
        "Cookie",
        "X-Api-Key",
        "api-key",
        "X-Goog-Api-Key",
        "X-Auth-Token",
        "X-Access-Token",
        "Private-Token",
        "X-Amz-Security-Token",
        "x-amz-date"
      })
  void a112HeadersWithAnAuthorityOfItsOwn(String name) {
    assertThat(StripList.header(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Original-URL",
        "X-Rewrite-URL",
        "X-Forwarded-Host",
        "X-Forwarded-Prefix",
        "X-Forwarded-Path",
        "x-forwarded-proto",
        "Forwarded",
        "X-Host",
        "X-HTTP-Method-Override",
        "X-HTTP-Method",
        "X-Method-Override"
      })
  void a059HeadersThatMakeItAnotherCall(String name) {
    assertThat(StripList.header(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"X_Api_Key", "Content_Length", "_", "a_b"})
  void a062NamesWithAnUnderscore(String name) {
    assertThat(StripList.header(name)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Accept",
        "Content-Type",
        "X-Request-Id",
        "X-Amz",
        "Authorizatio",
        "Authorizations",
        "Hosts",
        "X-Hosts",
        "",
        "X-Am"
      })
  void otherHeadersPass(String name) {
    assertThat(StripList.header(name)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"key", "q", "api", "access", "X-Am", "", "[api_key", "apikeys"})
  void otherParametersPass(String name) {
    assertThat(StripList.query(name)).isFalse();
  }
}
