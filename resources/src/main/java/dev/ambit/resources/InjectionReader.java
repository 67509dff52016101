package dev.ambit.resources;

import dev.ambit.envelope.Names;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads the injection settings, as strictly as resources are read.
public final class InjectionReader {
  static final int BYTES_MAX = 1 << 18;
  static final int PROFILES_MAX = 50;
  private static final long UID_MAX = Integer.MAX_VALUE;

  /// Whom the proxy runs as, and so nobody else.
  private static final long PROXY_UID = 2112;

  private static final int DIGEST_BYTES = 8;
  private static final List<String> RESOURCES = List.of("cpu", "memory", "ephemeral-storage");
  private static final Pattern QUANTITY =
      Pattern.compile("[0-9]{1,15}(\\.[0-9]{1,3})?(m|k|Ki|M|Mi|G|Gi|T|Ti)?");
  private static final Pattern HOST_PORT = Pattern.compile("[a-z0-9.-]{1,253}:[0-9]{1,5}");
  private static final Pattern SOCKET = Pattern.compile("(/[A-Za-z0-9._-]+){2,}");

  private final Findings findings = new Findings();
  private final Path file;

  private InjectionReader(Path file) {
    this.file = file;
  }

  /// Reads the file once.
  public static InjectionReading read(Path file) {
    return new InjectionReader(file).read();
  }

  private InjectionReading read() {
    var settings = bytes().flatMap(this::parse);
    return settings.isPresent() && findings.count() == 0
        ? new InjectionReading.Whole(settings.get())
        : new InjectionReading.Broken(findings.all());
  }

  private Optional<byte[]> bytes() {
    try (var input = Files.newInputStream(file)) {
      var bytes = input.readNBytes(BYTES_MAX + 1);
      if (bytes.length <= BYTES_MAX) {
        return Optional.of(bytes);
      }
      unusable("too large", "at most 256 KiB");
    } catch (IOException _) {
      unusable("not readable", "a readable file");
    }
    return Optional.empty();
  }

  private Optional<InjectionSettings> parse(byte[] bytes) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      unusable("another encoding", "UTF-8");
      return Optional.empty();
    }
    var documents = new YamlParser(file.toString(), findings).parse(text);
    if (documents.size() == 1 && documents.getFirst() instanceof Yaml.Mapping mapping) {
      return settings(new Section(findings, file.toString(), "", mapping), digest(bytes));
    }
    if (findings.count() == 0) {
      unusable(documents.size() + " documents", "one, a mapping");
    }
    return Optional.empty();
  }

  /// Everything is read before anything is given up, so that all findings come at once.
  private Optional<InjectionSettings> settings(Section document, String digest) {
    var version = document.text("version");
    var mode = mode(document);
    var pull =
        document.oneOf("imagePullPolicy", List.of("IfNotPresent", "Always", "Never"), List.of());
    var images =
        document
            .section("images")
            .map(section -> {
              var read =
                  new InjectionSettings.Images(
                      section.text("proxy"), section.text("redirect"), pull);
              section.close();
              return read;
            });
    var controlPlane = document.section("controlPlane");
    var address = controlPlane.map(section -> matching(section, "address", HOST_PORT, "host:port"));
    var id = controlPlane.map(InjectionReader::spiffeId);
    controlPlane.ifPresent(Section::close);
    var spire = document.section("spire");
    var socket =
        spire.map(section ->
            matching(section, "socket", SOCKET, "an absolute path in a folder of its own"));
    var driver =
        spire
            .flatMap(section -> section.scalar("csiDriver"))
            .map(value -> value.scalar().text())
            .filter(text -> !text.isEmpty());
    spire.ifPresent(Section::close);
    var exclusions = document.flag("allowOutboundExclusions");
    var redirect =
        document
            .section("redirect")
            .map(section -> {
              var read = needs(section);
              section.close();
              return read;
            });
    var profiles = document.section("profiles").map(this::profiles);
    document.close();
    if (findings.count() > 0) {
      return Optional.empty();
    }
    return Optional.of(
        new InjectionSettings(
            version,
            mode,
            images.orElseThrow(),
            address.orElseThrow(),
            id.orElseThrow(),
            socket.orElseThrow(),
            driver,
            exclusions,
            redirect.orElseThrow(),
            profiles.orElseThrow(),
            digest));
  }

  private static InjectionSettings.Mode mode(Section document) {
    var modes = InjectionSettings.Mode.values();
    var words = Arrays.stream(modes).map(InjectionSettings.Mode::text).toList();
    return modes[words.indexOf(document.oneOf("mode", words, List.of()))];
  }

  private static String spiffeId(Section section) {
    var id = section.text("id");
    if (!id.isEmpty() && !id.startsWith("spiffe://")) {
      section.findings().add(section.place("id"), Findings.shown(id), "spiffe://...");
    }
    return id;
  }

  private static String matching(Section section, String key, Pattern form, String expected) {
    var text = section.text(key);
    if (!text.isEmpty() && !form.matcher(text).matches()) {
      section.findings().add(section.place(key), Findings.shown(text), expected);
    }
    return text;
  }

  private Map<String, InjectionSettings.Profile> profiles(Section section) {
    var names = section.keys();
    if (!names.contains(InjectionSettings.USUAL)) {
      findings.add(section.place(), "no profile default", "one, for pods that name none");
    }
    if (names.size() > PROFILES_MAX) {
      findings.add(section.place(), names.size() + " profiles", "at most " + PROFILES_MAX);
    }
    var profiles = new TreeMap<String, InjectionSettings.Profile>();
    for (var name : names) {
      if (!Names.resource(name)) {
        findings.add(section.placeOf(name), Findings.shown(name), Names.FORM);
      }
      section.section(name).ifPresent(profile -> profiles.put(name, profile(profile)));
    }
    section.close();
    return profiles;
  }

  private static InjectionSettings.Profile profile(Section section) {
    var user = section.count("runAsUser", 0, UID_MAX).orElse(1_000);
    if (user == PROXY_UID) {
      section.findings().add(section.place("runAsUser"), "2112", "another: it is the proxy's");
    }
    var launch = section.oneOf("launch", List.of("small", "fast"), List.of());
    var resources = needs(section);
    section.close();
    return new InjectionSettings.Profile(user, launch, resources);
  }

  /// The key `resources` of a section, which may be missing.
  private static InjectionSettings.Needs needs(Section owner) {
    var resources = owner.optionalSection("resources");
    var requests = resources.map(section -> quantities(section, "requests")).orElse(Map.of());
    var limits = resources.map(section -> quantities(section, "limits")).orElse(Map.of());
    resources.ifPresent(Section::close);
    return new InjectionSettings.Needs(requests, limits);
  }

  private static Map<String, String> quantities(Section resources, String key) {
    var quantities = new TreeMap<String, String>();
    var section = resources.optionalSection(key);
    if (section.isEmpty()) {
      return quantities;
    }
    for (var name : RESOURCES) {
      section
          .get()
          .scalar(name)
          .ifPresent(value -> {
            var text = value.scalar().text();
            if (!QUANTITY.matcher(text).matches()) {
              resources
                  .findings()
                  .add(value.place(), Findings.shown(text), "a quantity such as 50m or 128Mi");
            }
            quantities.put(name, text);
          });
    }
    section.get().close();
    return quantities;
  }

  private void unusable(String found, String expected) {
    findings.add(new Place(file.toString(), 1, "file"), found, expected);
  }

  private static String digest(byte[] bytes) {
    try {
      var hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return HexFormat.of().formatHex(hash, 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
