package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A block holds exactly the addresses that share its first bits.
class CidrTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "10.0.0.0",
        "10.0.0.0/",
        "10.0.0.0/33",
        "10.0.0.0/08",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/8 ",
        "10.0.0.1/8",
        "10/8",
        "010.0.0.0/8",
        "::/129",
        "::1/127",
        "fe80::%1/10",
        "[::]/0",
        "::ffff:10.0.0.0/104",
        "a/8",
        "10.0.0.0/8/8",
        "10.0.0.0/1000"
      })
  void refusesOtherSpellings(String text) {
    assertThat(Cidr.parse(text)).isInstanceOf(Parsed.Malformed.class);
  }

  @Test
  void everyPrefixLengthEqualsABitModel() {
    var seed = 30L;
    var random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (var size : new int[] {4, 16}) {
      for (var prefix = 0; prefix <= 8 * size; prefix++) {
        for (var round = 0; round < 20; round++) {
          var address = new byte[size];
          random.nextBytes(address);
          var network = masked(address, prefix);
          var cidr = Cidr.parse(IpLiteral.print(network) + "/" + prefix).orThrow();
          var other = address.clone();
          var bit = random.nextInt(8 * size);
          other[bit / 8] ^= (byte) (1 << (7 - bit % 8));
          assertThat(cidr.contains(address)).as("seed %d, %s", seed, cidr).isTrue();
          assertThat(cidr.contains(other))
              .as("seed %d, %s, bit %d", seed, cidr, bit)
              .isEqualTo(bit >= prefix);
          assertThat(Cidr.parse(cidr.text())).isEqualTo(Parsed.ok(cidr));
          var shorter = random.nextInt(prefix + 1);
          var wider =
              Cidr.parse(IpLiteral.print(masked(network, shorter)) + "/" + shorter).orThrow();
          assertThat(wider.overlaps(cidr) && cidr.overlaps(wider)).isTrue();
        }
      }
    }
  }

  @Test
  void familiesDoNotMix() {
    assertThat(Cidr.parse("::/0").orThrow().contains(new byte[4])).isFalse();
    assertThat(Cidr.parse("0.0.0.0/0").orThrow().contains(new byte[16])).isFalse();
    assertThat(Cidr.parse("::/0").orThrow().overlaps(Cidr.parse("0.0.0.0/0").orThrow())).isFalse();
    assertThat(Cidr.parse("10.0.0.0/9").orThrow().overlaps(Cidr.parse("10.128.0.0/9").orThrow()))
        .isFalse();
  }

  private static byte[] masked(byte[] address, int prefix) {
    var bits = 8 * address.length;
    var mask = BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE.shiftLeft(bits - prefix));
    var value = new BigInteger(1, address).and(mask).toByteArray();
    var result = new byte[address.length];
    for (var i = 0; i < Math.min(value.length, result.length); i++) {
      result[result.length - 1 - i] = value[value.length - 1 - i];
    }
    return result;
  }
}
