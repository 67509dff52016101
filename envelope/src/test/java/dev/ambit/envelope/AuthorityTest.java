package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// An authority has one spelling, and text that could mean two places means none.
class AuthorityTest {
  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({
    "api.good.test, https://api.good.test:443",
    "API.Good.TEST, https://api.good.test:443",
    "api.good.test:8443, https://api.good.test:8443",
    "a-b.c--d.test:1, https://a-b.c--d.test:1",
    "xn--bcher-kva.test, https://xn--bcher-kva.test:443",
    "1.test, https://1.test:443",
    "0x.test, https://0x.test:443",
    "192.0.2.7:65535, https://192.0.2.7:65535",
    "[2001:DB8:0:0:1:0:0:1], https://[2001:db8::1:0:0:1]:443",
    "[2001:db8::0001]:8443, https://[2001:db8::1]:8443",
    "[1:0:0:2:0:0:0:3], https://[1:0:0:2::3]:443",
    "[1:0:2:3:4:5:6:7], https://[1:0:2:3:4:5:6:7]:443",
    "[::], https://[::]:443",
    "[1::], https://[1::]:443",
    "[64:ff9b::192.0.2.33], https://[64:ff9b::c000:221]:443"
  })
  void printsTheOneSpelling(String text, String expected) {
    assertThat(parse(text)).hasToString(expected);
    assertThat(parse(expected.substring("https://".length()))).hasToString(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "api.good.test, evil.test", "api.good.test evil.test", ":443"})
  void a013EmptyAndDoubledHostsHaveNoMeaning(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "api.good.test@evil.test",
        "api.good.test#.evil.test",
        "api.good.test:443:80",
        "api.good.test%00.evil.test",
        "api.good.test%2eevil.test",
        "api.good.test\\@evil",
        "api.good.test/",
        "api.good.test?",
        "api.good.test\u0000",
        "api.good.test\r\n",
        "user:pass@api.good.test",
        "a_b.test",
        "api.good.test.",
        ".good.test",
        "api..good.test",
        "-api.good.test",
        "api-.good.test",
        "*.good.test",
        "[api.good.test]",
        "[192.0.2.1]",
        "[::1",
        "::1]",
        "::1",
        "[::1]x",
        "[::1]443",
        "[]",
        "[:]",
        "[:::]",
        "[1:2:3:4:5:6:7]",
        "[1:2:3:4:5:6:7:8:9]",
        "[1:2:3:4:5:6:7:8::]",
        "[::1:2:3:4:5:6:7:8]",
        "[1::2::3]",
        "[12345::]",
        "[g::]",
        "[:1::]",
        "[1:]",
        "[1.2.3.4::]",
        "[::1.2.3]",
        "[::1.2.3.4.5]",
        "[::01.2.3.4]",
        "[1:2:3:4:5:6:7:1.2.3.4]"
      })
  void a015WhatLooksLikeTwoPlacesIsRefused(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "169\u3002254\u3002169\u3002254",
        "\u2460\u2461\u2466.0.0.1",
        "\u212Aelvin.test",
        "ex\u00adample.test",
        "b\u00fccher.test",
        "\uff41pi.good.test",
        "api\uff0egood.test"
      })
  void a017UnicodeIsNotMapped(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.1",
        "127.0.1",
        "2130706433",
        "0177.0.0.1",
        "0x7f.0.0.1",
        "0x7f000001",
        "0X7F000001",
        "017700000001",
        "127.0.0.0x1",
        "127.0.0.01",
        "127.0.0.256",
        "127.0.0.1.1",
        "1.2.3",
        "0",
        "0x",
        "good.test.1",
        "good.test.0x1f"
      })
  void a026OnlyAStrictDottedQuadIsAnAddress(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @CsvSource({
    "[::ffff:127.0.0.1], 127.0.0.1, LOOPBACK",
    "[::ffff:a9fe:a9fe], 169.254.169.254, METADATA",
    "[0:0:0:0:0:FFFF:7f00:1], 127.0.0.1, LOOPBACK",
    "[::127.0.0.1], [::7f00:1], LOOPBACK"
  })
  void a027EmbeddedAddressesAreUnwrapped(String text, String host, AddressKind kind) {
    var authority = parse(text);
    assertThat(authority.host()).isEqualTo(host);
    assertThat(AddressKind.of(authority.address())).isEqualTo(kind);
    assertThat(kind.never()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"[fe80::1%eth0]", "[fe80::1%25eth0]", "fe80::1%eth0", "[::1%1]"})
  void a029ZoneIdsAreRefused(String text) {
    refuses(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "h:",
        "h:0",
        "h:00443",
        "h:0443",
        "h:65536",
        "h:99999999",
        "h:-1",
        "h:+1",
        "h:4x",
        "h: 443",
        "h:443 ",
        "h:\u0664\u0664\u0663"
      })
  void portsAreDecimalWithoutSignZeroOrSpace(String text) {
    refuses(text);
  }

  @Test
  void connectNeedsThePort() {
    assertThat(Authority.parseWithPort(Scheme.HTTPS, "a.test"))
        .isInstanceOf(Parsed.Malformed.class);
    assertThat(Authority.parseWithPort(Scheme.HTTPS, "a.test:443"))
        .isEqualTo(Parsed.ok(new Authority(Scheme.HTTPS, "a.test", 443)));
  }

  @Test
  void theHostHeaderNamesOnlyAPortThatIsNotTheDefault() {
    assertThat(new Authority(Scheme.HTTPS, "a.test", 443).hostHeader()).isEqualTo("a.test");
    assertThat(new Authority(Scheme.HTTP, "a.test", 443).hostHeader()).isEqualTo("a.test:443");
    assertThat(new Authority(Scheme.HTTP, "[::2]", 80).hostHeader()).isEqualTo("[::2]");
  }

  @Test
  void labelsAndNamesAreBounded() {
    var label = "a".repeat(63);
    parse(label + ".test");
    refuses(label + "a.test");
    parse(String.join(".", label, label, label, "a".repeat(61)));
    refuses(String.join(".", label, label, label, "a".repeat(62)));
  }

  @Test
  void nothingElseCanBeConstructed() {
    for (var host : new String[] {"A.test", "a.test.", "[::0]", "127.1", ""}) {
      assertThatThrownBy(() -> new Authority(Scheme.HTTPS, host, 443))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> new Authority(Scheme.HTTPS, "a.test", 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsAcceptedPrintsAndParsesToTheSame() {
    var seed = 20_260_301L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    var alphabet = "aAzZ019.-:[]%@/x f\u00e9";
    var accepted = 0;
    for (var round = 0; round < 200_000; round++) {
      var text = new StringBuilder();
      for (var length = random.nextInt(1, 12); length > 0; length--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      if (Authority.parse(Scheme.HTTP, text) instanceof Parsed.Ok<Authority>(Authority value)) {
        accepted++;
        assertThat(Authority.parse(Scheme.HTTP, value.hostHeader()))
            .as("seed %d, text %s", seed, text)
            .isEqualTo(Parsed.ok(value));
        assertThat(value.host()).matches("[a-z0-9.-]+|\\[[0-9a-f:]+]");
        // A naive reader splits at the last colon behind the brackets and finds the same host.
        var naive = text.toString().replaceFirst(":[0-9]+$", "");
        if (!naive.startsWith("[")) {
          assertThat(naive).isEqualToIgnoringCase(value.host());
        }
      }
    }
    assertThat(accepted).isGreaterThan(1_000);
  }

  @Test
  void randomIpv6AddressesSurvivePrintingAndParsing() {
    var seed = 4_711L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (var round = 0; round < 20_000; round++) {
      var address = new byte[16];
      random.nextBytes(address);
      for (var i = 0; i < 16; i += 2) {
        if (random.nextBoolean()) {
          address[i] = 0;
          address[i + 1] = 0;
        }
      }
      var printed = IpLiteral.print(address);
      assertThat(IpLiteral.ipv6(printed, 0, printed.length()))
          .as("seed %d, %s", seed, printed)
          .isEqualTo(address);
    }
  }

  private static Authority parse(String text) {
    return Authority.parse(Scheme.HTTPS, text).orThrow();
  }

  private static void refuses(String text) {
    assertThat(Authority.parse(Scheme.HTTPS, text)).isInstanceOf(Parsed.Malformed.class);
  }
}
