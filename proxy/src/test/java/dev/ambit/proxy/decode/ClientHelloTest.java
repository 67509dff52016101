package dev.ambit.proxy.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A ClientHello names one host, in ASCII, or is refused.
class ClientHelloTest {
  private static final String BEFORE_THE_NAME =
      "160301004e0100004a0303"
          + "72".repeat(32)
          + "0000041301c02b0100001d002b00030203040000001200100000"
          + "0d";

  @Test
  void readsTheOneServerName() throws Refused {
    assertThat(ClientHello.read(hello("6170692e676f6f642e74657374")).serverName())
        .isEqualTo("api.good.test");
  }

  /// Found by fuzzing: two ways to read such a byte made two names of one.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "6170692e676f6f932e74657374",
        "6170692e676f6f002e74657374",
        "6170692e676f6f202e74657374",
        "6170692e676f6fff2e74657374"
      })
  void refusesAServerNameThatIsNotPrintableAscii(String name) {
    assertThatThrownBy(() -> ClientHello.read(hello(name))).isInstanceOf(Refused.class);
  }

  private static ByteBuf hello(String name) {
    return Unpooled.wrappedBuffer(HexFormat.of().parseHex(BEFORE_THE_NAME + name));
  }
}
