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
import java.util.ArrayList;
import java.util.List;

/// Reads every `*.yaml` and `*.yml` of a folder (not its subfolders) as one set. Strict: unknown
/// and duplicate keys, aliases, tags, wrong types, and keys whose enforcement is not built yet are
/// findings.
public final class ResourceReader {
  /// Files in one folder.
  public static final int FILES_MAX = 200;

  /// Bytes of one file.
  public static final int FILE_BYTES_MAX = 1_048_576;

  /// Resources that lie in no folder.
  public static final int DOCUMENTS_MAX = 2_000;

  private static final String VERSION = "ambit.dev/v1";
  private static final List<String> KINDS =
      List.of("Target", "CredentialProvider", "SessionTemplate", "Policy");
  private final Path folder;
  private final Findings findings = new Findings();
  private final Assembly assembly = new Assembly(findings);
  private final MessageDigest digest = sha256();

  private ResourceReader(Path folder) {
    this.folder = folder;
  }

  /// Reads the folder once; a file that changes meanwhile is the caller's to notice and read again.
  public static Reading read(Path folder) {
    return new ResourceReader(folder).readAll();
  }

  /// Reads resources that lie in no folder.
  ///
  /// @param files folder of the files that they name
  /// @param documents in a fixed order
  public static Reading read(Path files, List<Document> documents) {
    return new ResourceReader(files).readAll(documents);
  }

  private Reading readAll() {
    for (var file : files()) {
      readFile(file);
    }
    return result();
  }

  private Reading readAll(List<Document> documents) {
    if (documents.size() > DOCUMENTS_MAX) {
      unreadable(folder, documents.size() + " resources", "at most " + DOCUMENTS_MAX);
    } else {
      for (var document : documents) {
        readBytes(document.name(), document.text().getBytes(StandardCharsets.UTF_8));
      }
    }
    return result();
  }

  private Reading result() {
    var set = assembly.assemble(digest);
    return findings.count() == 0 ? new Reading.Whole(set) : new Reading.Broken(findings.all());
  }

  private List<Path> files() {
    var files = new ArrayList<Path>();
    try (var listing = Files.newDirectoryStream(folder, "*.{yaml,yml}")) {
      listing.forEach(files::add);
    } catch (IOException _) {
      unreadable(folder, "no readable folder", "a folder with resources");
      return List.of();
    }
    if (files.size() > FILES_MAX) {
      unreadable(folder, files.size() + " files", "at most " + FILES_MAX);
      return List.of();
    }
    files.sort(null);
    return files;
  }

  private void readFile(Path file) {
    byte[] bytes;
    try (var input = Files.newInputStream(file)) {
      bytes = input.readNBytes(FILE_BYTES_MAX + 1);
    } catch (IOException _) {
      unreadable(file, "not readable", "a readable file");
      return;
    }
    readBytes(file.toString(), bytes);
  }

  /// @param name as findings call it
  private void readBytes(String name, byte[] bytes) {
    if (bytes.length > FILE_BYTES_MAX) {
      unreadable(name, "too large", "at most 1 MiB");
      return;
    }
    var base = name.substring(name.lastIndexOf('/') + 1);
    digest.update((base + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
    digest.update(bytes);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException _) {
      unreadable(name, "another encoding", "UTF-8");
      return;
    }
    var before = findings.count();
    var documents = new YamlParser(name, findings).parse(text);
    if (documents.isEmpty() && findings.count() > before) {
      assembly.missName();
    }
    for (var document : documents) {
      if (document instanceof Yaml.Mapping mapping) {
        read(new Section(findings, name, "", mapping));
      } else {
        findings.add(new Place(name, document.line(), "document"), document.kind(), "a mapping");
      }
    }
  }

  private void read(Section document) {
    var version = document.text("apiVersion");
    if (!version.isEmpty() && !version.equals(VERSION)) {
      findings.add(document.place("apiVersion"), Findings.shown(version), VERSION);
    }
    var kind = document.text("kind");
    if (!KINDS.contains(kind)) {
      assembly.missName();
      if (!kind.isEmpty()) {
        findings.add(
            document.place("kind"), Findings.shown(kind), "one of " + String.join(", ", KINDS));
      }
      return;
    }
    var name = name(document, kind);
    var spec = document.section("spec");
    document.close();
    if (spec.isPresent()) {
      readSpec(kind, name, spec.get());
    }
  }

  /// The resource's name; a Policy needs none. Empty when it is missing or none.
  private String name(Section document, String kind) {
    if (kind.equals("Policy") && !document.has("metadata")) {
      document.optionalSection("metadata");
      return "";
    }
    var metadata = document.section("metadata");
    if (metadata.isEmpty()) {
      assembly.missName();
      return "";
    }
    var name = metadata.get().text("name");
    metadata.get().close();
    if (!Names.resource(name)) {
      assembly.missName();
      if (!name.isEmpty()) {
        findings.add(metadata.get().place("name"), Findings.shown(name), Names.FORM);
      }
      return "";
    }
    assembly.declare(kind, name, metadata.get().place("name"));
    return name;
  }

  private void readSpec(String kind, String name, Section spec) {
    // Read under a stand-in when the name is broken, so that all other mistakes are told as well.
    var known = name.isEmpty() ? "unnamed" : name;
    switch (kind) {
      case "Target" -> new TargetReader(folder).read(known, spec).ifPresent(assembly::add);
      case "CredentialProvider" ->
          new ProviderReader(folder).read(known, spec).ifPresent(assembly::add);
      case "SessionTemplate" -> new TemplateReader(spec).read(known).ifPresent(assembly::add);
      default -> PolicyReader.read(spec).ifPresent(assembly::add);
    }
  }

  private void unreadable(Path path, String found, String expected) {
    unreadable(path.toString(), found, expected);
  }

  private void unreadable(String name, String found, String expected) {
    assembly.missName();
    findings.add(new Place(name, 1, "file"), found, expected);
  }

  /// One resource, or several, that lie in no file.
  ///
  /// @param name as findings call it
  /// @param text YAML
  public record Document(String name, String text) {}

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java platform has it
    }
  }
}
