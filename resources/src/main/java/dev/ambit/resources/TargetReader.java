package dev.ambit.resources;

import dev.ambit.envelope.AddressRules;
import dev.ambit.envelope.Cidr;
import dev.ambit.envelope.HostPattern;
import dev.ambit.envelope.Parsed;
import dev.ambit.envelope.Protocol;
import dev.ambit.envelope.Scheme;
import dev.ambit.envelope.Target;
import dev.ambit.envelope.UpstreamRoots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Reads the `spec` of a Target.
final class TargetReader {
  /// The first where none is named.
  private static final List<Protocol> PROTOCOLS =
      List.of(
          Protocol.HTTPS,
          Protocol.HTTP,
          Protocol.GRPC,
          Protocol.WEBSOCKET,
          Protocol.TCP,
          Protocol.TLS);

  private static final List<String> PROTOCOLS_NOT_BUILT = List.of("mcp");
  private final Path folder;

  TargetReader(Path folder) {
    this.folder = folder;
  }

  /// A target with the places of its hosts, for what can only be judged beside other resources.
  record Draft(Target target, List<Place> hosts) {
    /// Where one of its hosts stands.
    Place place(String host) {
      var texts = target.hosts().stream().map(HostPattern::text).toList();
      return hosts.get(Math.max(0, texts.indexOf(host)));
    }
  }

  Optional<Draft> read(String name, Section spec) {
    var before = spec.findings().count();
    var sensitivity = TemplateReader.sensitivity(spec, "sensitivity");
    var protocol = protocol(spec);
    var hosts = new ArrayList<HostPattern>();
    var places = new ArrayList<Place>();
    for (var item : spec.texts("hosts", Target.HOSTS_MAX)) {
      host(spec.findings(), item, protocol).ifPresent(hosts::add);
      places.add(item.place());
    }
    var ports = ports(spec, protocol);
    var addresses = spec.optionalSection("addresses").map(this::addresses);
    var roots = spec.optionalSection("tls").map(tls -> roots(spec, tls, protocol));
    spec.close();
    if (spec.findings().count() > before) {
      return Optional.empty();
    }
    var target =
        new Target(
            name,
            hosts,
            ports,
            protocol,
            addresses.orElse(AddressRules.PUBLIC),
            roots.orElse(new UpstreamRoots.SystemRoots()),
            sensitivity);
    return Optional.of(new Draft(target, places));
  }

  private static Protocol protocol(Section spec) {
    var words = PROTOCOLS.stream().map(Protocol::text).toList();
    return PROTOCOLS.get(words.indexOf(spec.oneOf("protocol", words, PROTOCOLS_NOT_BUILT)));
  }

  private static Optional<HostPattern> host(
      Findings findings, Section.Item item, Protocol protocol) {
    switch (HostPattern.parse(item.text())) {
      case Parsed.Malformed<HostPattern>(String why) ->
          findings.add(item.place(), Findings.shown(item.text()) + ": " + why);
      case Parsed.Ok<HostPattern>(HostPattern host) -> {
        if (host.forbidden()) {
          findings.add(
              item.place(),
              host.text(),
              "no loopback, link-local, metadata or other special address or name");
        } else if (host.isWildcard() && host.suffix().indexOf('.') < 0) {
          findings.add(item.place(), host.text(), "a wildcard below at least two labels");
        } else if (protocol == Protocol.TLS && host.isLiteral()) {
          findings.add(
              item.place(),
              host.text() + " with protocol tls",
              "names: TLS is passed through by its server name");
        } else {
          return Optional.of(host);
        }
      }
    }
    return Optional.empty();
  }

  private static Set<Integer> ports(Section spec, Protocol protocol) {
    var ports = spec.counts("ports", 1, 65_535, Target.HOSTS_MAX);
    var unique = new TreeSet<>(ports);
    if (unique.size() < ports.size()) {
      spec.findings().add(spec.place("ports"), "a port twice", "each once");
    }
    if (spec.has("ports")) {
      return unique;
    }
    if (protocol.opaque()) {
      spec.findings()
          .add(
              spec.place("ports"),
              "missing",
              "the ports of protocol " + protocol.text() + ": nothing else tells what is spoken");
    }
    return Set.of(protocol.scheme().defaultPort());
  }

  private AddressRules addresses(Section section) {
    var allowPrivate = section.flag("allowPrivate");
    var cidrs = new ArrayList<Cidr>();
    for (var item : section.optionalTexts("cidrs", AddressRules.CIDRS_MAX)) {
      switch (Cidr.parse(item.text())) {
        case Parsed.Ok<Cidr>(Cidr cidr) -> {
          if (new AddressRules(false, List.of(cidr)).forbidden().isPresent()) {
            section
                .findings()
                .add(item.place(), cidr.text(), "no block with loopback, link-local or metadata");
          }
          cidrs.add(cidr);
        }
        case Parsed.Malformed<Cidr>(String why) ->
            section.findings().add(item.place(), Findings.shown(item.text()) + ": " + why);
      }
    }
    if (allowPrivate && !cidrs.isEmpty()) {
      section.findings().add(section.place("cidrs"), "beside allowPrivate", "one of the two");
    }
    section.close();
    return new AddressRules(allowPrivate, cidrs);
  }

  private UpstreamRoots roots(Section spec, Section tls, Protocol protocol) {
    UpstreamRoots roots = new UpstreamRoots.SystemRoots();
    if (protocol.scheme() != Scheme.HTTPS) {
      spec.findings()
          .add(spec.place("tls"), "tls with protocol " + protocol.text(), "protocol https");
    }
    tls.unbuilt("spiffe");
    var word = tls.isText("roots");
    if (word) {
      tls.oneOf("roots", List.of("system"), List.of("spiffe"));
    } else {
      var bundle = tls.optionalSection("roots").flatMap(TargetReader::bundle);
      if (bundle.isPresent()) {
        roots = pem(bundle.get()).<UpstreamRoots>map(UpstreamRoots.Bundle::new).orElse(roots);
      }
    }
    tls.close();
    return roots;
  }

  private static Optional<Section> bundle(Section roots) {
    roots.unbuilt("spiffe");
    var bundle = roots.section("bundle");
    roots.close();
    return bundle;
  }

  private Optional<String> pem(Section bundle) {
    bundle.unbuilt("secret");
    var file = bundle.text("file");
    bundle.close();
    var pem = file.isEmpty() ? Optional.<String>empty() : Pem.read(folder.resolve(file));
    if (!file.isEmpty() && pem.isEmpty()) {
      bundle
          .findings()
          .add(bundle.place("file"), Findings.shown(file), "a readable file of PEM certificates");
    }
    return pem;
  }
}
