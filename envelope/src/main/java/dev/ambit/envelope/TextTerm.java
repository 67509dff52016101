package dev.ambit.envelope;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A part of a condition that is a string.
public sealed interface TextTerm {
  /// The string, or null where a key is missing.
  @Nullable String value(Scene scene);

  /// The same string every time.
  record Literal(String text) implements TextTerm {
    public Literal {
      Condition.checkText(text);
    }

    @Override
    public String value(Scene scene) {
      return text;
    }
  }

  /// A fact of the session, the call or the target.
  enum Field implements TextTerm {
    SESSION_ID("session.id"),
    SESSION_TEMPLATE("session.template"),
    SESSION_TASK_ID("session.task.id"),
    SESSION_TASK_PURPOSE("session.task.purpose"),
    SESSION_ON_BEHALF_OF("session.on_behalf_of"),
    CALL_SCHEME("call.scheme"),
    CALL_HOST("call.host"),
    CALL_METHOD("call.method"),
    CALL_PATH("call.path"),
    TARGET_NAME("target.name"),
    TARGET_PROTOCOL("target.protocol");

    private final String word;

    Field(String word) {
      this.word = word;
    }

    /// As it is written in a condition.
    public String word() {
      return word;
    }

    @Override
    public String value(Scene scene) {
      var envelope = scene.envelope();
      var authority = scene.call().authority();
      return switch (this) {
        case SESSION_ID -> envelope.session().value();
        case SESSION_TEMPLATE -> envelope.template();
        case SESSION_TASK_ID -> envelope.facts().taskId();
        case SESSION_TASK_PURPOSE -> envelope.facts().taskPurpose();
        case SESSION_ON_BEHALF_OF -> envelope.facts().onBehalfOf();
        case CALL_SCHEME -> authority.scheme().text();
        case CALL_HOST -> authority.host();
        case CALL_METHOD -> scene.call().method();
        case CALL_PATH -> scene.call().path().text();
        case TARGET_NAME -> scene.target().name();
        case TARGET_PROTOCOL -> scene.target().protocol().text();
      };
    }
  }

  /// The value of a key.
  record Lookup(Table table, TextTerm key) implements TextTerm {
    @Override
    public @Nullable String value(Scene scene) {
      var name = key.value(scene);
      return name == null ? null : table.value(scene, name);
    }
  }

  /// A map of strings.
  enum Table {
    SESSION_PARAMETERS("session.parameters"),
    SESSION_CONTEXT("session.context"),
    /// A parameter that stands twice, or whose value has two readings, is not there.
    CALL_QUERY("call.query");

    private final String word;

    Table(String word) {
      this.word = word;
    }

    /// As it is written in a condition.
    public String word() {
      return word;
    }

    @Nullable String value(Scene scene, String key) {
      return switch (this) {
        case SESSION_PARAMETERS -> text(scene.envelope().facts().parameters(), key);
        case SESSION_CONTEXT -> text(scene.envelope().facts().context(), key);
        case CALL_QUERY -> scene.call().query().only(key);
      };
    }

    private static @Nullable String text(Map<String, String> values, String key) {
      return values.get(key);
    }
  }
}
