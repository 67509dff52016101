package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ambit.proxy.model.Field;
import dev.ambit.proxy.model.Limits;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import org.junit.jupiter.api.Test;

/// What fuzzing found in heads of HTTP/2; their rules are tested where the proxy is attacked.
class Http2HeadTest {
  @Test
  void leavesNoWhiteSpaceAtTheEdgeOfACookieWhoseLastCrumbIsEmpty() throws Refused {
    var headers = request().authority("api.good.test");
    headers.add("cookie", "").add("cookie", "a=1").add("cookie", "").add("cookie", "b=2");
    headers.add("cookie", "");
    assertThat(Http2Head.read(headers, true, Limits.DEFAULT).fields())
        .contains(new Field("cookie", "a=1; b=2"));
  }

  @Test
  void refusesAnAuthorityOfNothing() {
    var headers = request().add("host", "");
    assertThatThrownBy(() -> Http2Head.read(headers, true, Limits.DEFAULT))
        .isInstanceOf(Refused.class);
  }

  private static Http2Headers request() {
    return new DefaultHttp2Headers().method("GET").scheme("https").path("/v1/items/7");
  }
}
