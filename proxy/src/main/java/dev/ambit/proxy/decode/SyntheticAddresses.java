package dev.ambit.proxy.decode;

import dev.ambit.proxy.model.OpaqueLimits;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The addresses that stand for names of opaque TCP targets: what an agent dials there is told by
/// its address alone, and none of them leads anywhere. One of 198.19.0.0/16 (RFC 2544, for
/// benchmarks) and one of a network of our own (RFC 4193) to each name. Which they are follows from
/// the name, so that they are the same after a restart of the proxy. Confined to its loop.
public final class SyntheticAddresses {
  /// Numbers 1 to this, so that neither network nor broadcast address is one.
  private static final int NUMBERS = 65_534;

  private static final byte[] IPV4 = {(byte) 198, 19};
  private static final byte[] IPV6 = {
    (byte) 0xfd, (byte) 0xc9, 0x4e, 0x17, (byte) 0xa6, 0x52, 0, 0, 0, 0, 0, 0, 0, 0
  };

  private final Supplier<Collection<String>> known;
  private final OpaqueLimits limits;
  private final LongSupplier nanoTime;

  /// By name, what was used last at the end.
  private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Integer, String> names = new HashMap<>();
  private volatile int size;

  /// @param known names that have an address without being asked for: a client may still hold it
  public SyntheticAddresses(
      Supplier<Collection<String>> known, OpaqueLimits limits, LongSupplier nanoTime) {
    this.known = known;
    this.limits = limits;
    this.nanoTime = nanoTime;
  }

  /// Those of the name, IPv4 first; none while all are in use.
  public List<InetAddress> of(String name) {
    var entry = entries.get(name);
    if (entry == null) {
      if (entries.size() >= limits.names() && !forgetOldest()) {
        return List.of();
      }
      entry = new Entry(free(name));
      entries.put(name, entry);
      names.put(entry.number, name);
      size = entries.size();
    }
    entry.usedNanos = nanoTime.getAsLong();
    return List.of(address(IPV4, entry.number), address(IPV6, entry.number));
  }

  /// Whether it is an address that only ever stands for a name.
  boolean covers(InetAddress address) {
    var bytes = address.getAddress();
    var prefix = prefix(address);
    return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  /// The name that an address stands for; null for none.
  @Nullable String name(InetAddress address) {
    var bytes = address.getAddress();
    int number = Short.toUnsignedInt(ByteBuffer.wrap(bytes).getShort(bytes.length - 2));
    if (!names.containsKey(number)) {
      known.get().forEach(this::of);
    }
    var name = names.get(number);
    if (name != null) {
      of(name);
    }
    return name;
  }

  /// Names that have addresses now; any thread.
  public int size() {
    return size;
  }

  /// Lets go of the name that was used the longest ago, if that is long enough ago.
  private boolean forgetOldest() {
    var oldest = entries.entrySet().iterator().next();
    if (nanoTime.getAsLong() - oldest.getValue().usedNanos < limits.nameKept().toNanos()) {
      return false;
    }
    names.remove(oldest.getValue().number);
    entries.remove(oldest.getKey());
    return true;
  }

  /// The number that follows from the name, or the next that nobody has.
  private int free(String name) {
    int number = Math.floorMod(name.hashCode(), NUMBERS) + 1;
    while (names.containsKey(number)) {
      number = number % NUMBERS + 1;
    }
    return number;
  }

  private static byte[] prefix(InetAddress address) {
    return address instanceof Inet6Address ? IPV6 : IPV4;
  }

  private static InetAddress address(byte[] prefix, int number) {
    var bytes = Arrays.copyOf(prefix, prefix.length + 2);
    ByteBuffer.wrap(bytes).putShort(prefix.length, (short) number);
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("an address has 4 or 16 bytes", impossible);
    }
  }

  private static final class Entry {
    private final int number;
    private long usedNanos;

    Entry(int number) {
      this.number = number;
    }
  }
}
