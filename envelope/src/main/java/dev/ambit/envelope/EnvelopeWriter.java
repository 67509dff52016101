package dev.ambit.envelope;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Writes an envelope's keys in their one order. What limits nothing has no key.
final class EnvelopeWriter {
  private final JsonGenerator json;

  EnvelopeWriter(JsonGenerator json) {
    this.json = json;
  }

  void write(Envelope envelope) throws IOException {
    json.writeStartObject();
    json.writeStringField("session", envelope.session().value());
    json.writeStringField("template", envelope.template());
    json.writeStringField("workload", envelope.workload());
    json.writeStringField("binding", word(envelope.binding()));
    json.writeStringField("sharing", word(envelope.sharing()));
    json.writeStringField("expiresAt", envelope.expiresAt().toString());
    json.writeStringField("idle", envelope.idle().toString());
    calls(envelope.calls());
    sensitivity("ceiling", envelope.ceiling());
    facts(envelope.facts());
    json.writeArrayFieldStart("targets");
    for (var target : envelope.targets()) {
      write(target);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("grants");
    for (var grant : envelope.grants()) {
      write(grant);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("denies");
    for (var rule : envelope.denies()) {
      json.writeStartObject();
      json.writeStringField("target", rule.target());
      strings("methods", rule.methods());
      strings("paths", rule.paths().stream().map(PathTemplate::text).toList());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /// The spelling of a binding or sharing, which is also that of the resources.
  static String word(Binding binding) {
    return switch (binding) {
      case POD -> "pod";
      case IDENTITY -> "identity";
    };
  }

  static String word(Sharing sharing) {
    return switch (sharing) {
      case EXCLUSIVE -> "exclusive";
      case BY_HANDLE -> "by-handle";
    };
  }

  private void facts(SessionFacts facts) throws IOException {
    if (facts.equals(SessionFacts.NONE)) {
      return;
    }
    json.writeObjectFieldStart("facts");
    text("taskId", facts.taskId());
    text("taskPurpose", facts.taskPurpose());
    text("onBehalfOf", facts.onBehalfOf());
    values("parameters", facts.parameters());
    values("context", facts.context());
    json.writeEndObject();
  }

  private void sensitivity(String key, Sensitivity sensitivity) throws IOException {
    if (sensitivity != Sensitivity.RESTRICTED) {
      json.writeStringField(key, sensitivity.word());
    }
  }

  private void text(String key, String text) throws IOException {
    if (!text.isEmpty()) {
      json.writeStringField(key, text);
    }
  }

  private void values(String key, Map<String, String> values) throws IOException {
    if (values.isEmpty()) {
      return;
    }
    json.writeObjectFieldStart(key);
    for (var value : values.entrySet()) {
      json.writeStringField(value.getKey(), value.getValue());
    }
    json.writeEndObject();
  }

  private void write(Target target) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", target.name());
    strings("hosts", target.hosts().stream().map(HostPattern::text).toList());
    json.writeArrayFieldStart("ports");
    for (int port : target.ports()) {
      json.writeNumber(port);
    }
    json.writeEndArray();
    json.writeStringField("scheme", target.protocol().text());
    json.writeObjectFieldStart("addresses");
    json.writeBooleanField("allowPrivate", target.addresses().allowPrivate());
    strings("cidrs", target.addresses().cidrs().stream().map(Cidr::text).toList());
    json.writeEndObject();
    sensitivity("sensitivity", target.sensitivity());
    switch (target.roots()) {
      case UpstreamRoots.SystemRoots() -> {}
      case UpstreamRoots.Bundle(String pem) -> json.writeStringField("bundle", pem);
    }
    json.writeEndObject();
  }

  private void write(Grant grant) throws IOException {
    json.writeStartObject();
    json.writeStringField("name", grant.name());
    json.writeStringField("target", grant.target());
    strings("methods", grant.methods());
    strings("paths", grant.paths().stream().map(PathTemplate::text).toList());
    if (grant.webSocket()) {
      json.writeBooleanField("webSocket", true);
    }
    calls(grant.calls());
    write(grant.credential());
    ConstraintJson.write(json, grant.axes());
    json.writeEndObject();
  }

  private void write(@Nullable CredentialRef credential) throws IOException {
    if (credential == null) {
      return;
    }
    json.writeObjectFieldStart("credential");
    json.writeStringField("provider", credential.provider());
    json.writeObjectFieldStart("narrow");
    for (var entry : credential.narrow().entrySet()) {
      strings(entry.getKey(), entry.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void calls(OptionalLong calls) throws IOException {
    if (calls.isPresent()) {
      json.writeNumberField("calls", calls.getAsLong());
    }
  }

  private void strings(String key, Collection<String> values) throws IOException {
    json.writeArrayFieldStart(key);
    for (var value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
