package dev.ambit.envelope;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an orchestrator says of a session: what conditions are about, frozen into the envelope. A
/// change of the context makes a new version of the envelope.
///
/// @param taskId the orchestrator's own name of the job; may be empty
/// @param taskPurpose what the job is for; may be empty
/// @param onBehalfOf the person or system the job runs for; may be empty
/// @param parameters the template's, filled in; at most 64
/// @param context what is true around the job at this version, for example `case_state`: at most 32
///   values of at most 1024 characters, named like parameters
public record SessionFacts(
    String taskId,
    String taskPurpose,
    String onBehalfOf,
    SortedMap<String, String> parameters,
    SortedMap<String, String> context) {
  /// Values in one context.
  public static final int CONTEXT_MAX = 32;

  /// Characters of one value of the context, and of the purpose.
  public static final int TEXT_MAX = 1_024;

  private static final int NAME_MAX = 256;
  private static final int PARAMETERS_MAX = 64;

  /// Nothing is known of the session.
  public static final SessionFacts NONE = new SessionFacts("", "", "", Map.of(), Map.of());

  public SessionFacts {
    checkText("task.id", taskId, NAME_MAX);
    checkText("task.purpose", taskPurpose, TEXT_MAX);
    checkText("on_behalf_of", onBehalfOf, NAME_MAX);
    parameters = sorted("parameters", parameters, PARAMETERS_MAX);
    context = sorted("context", context, CONTEXT_MAX);
  }

  public SessionFacts(
      String taskId,
      String taskPurpose,
      String onBehalfOf,
      Map<String, String> parameters,
      Map<String, String> context) {
    this(taskId, taskPurpose, onBehalfOf, new TreeMap<>(parameters), new TreeMap<>(context));
  }

  /// The same session in another context, for the next version of its envelope. Throws
  /// [IllegalArgumentException] for a context out of bounds, naming `context` and what is wrong.
  public SessionFacts withContext(Map<String, String> next) {
    return new SessionFacts(taskId, taskPurpose, onBehalfOf, parameters, next);
  }

  private static SortedMap<String, String> sorted(
      String field, SortedMap<String, String> values, int sizeMax) {
    if (values.size() > sizeMax) {
      throw new IllegalArgumentException(
          field + ": " + values.size() + " values (expected: at most " + sizeMax + ")");
    }
    values.forEach((name, value) -> {
      if (!Names.parameter(name)) {
        throw new IllegalArgumentException(
            field + ": no name (expected: a letter, then letters, digits, _)");
      }
      checkText(field + "." + name, value, TEXT_MAX);
    });
    return Collections.unmodifiableSortedMap(new TreeMap<>(values));
  }

  private static void checkText(String field, String text, int charactersMax) {
    var characters = text.codePointCount(0, text.length());
    if (characters > charactersMax) {
      throw new IllegalArgumentException(
          field + ": " + characters + " characters (expected: at most " + charactersMax + ")");
    }
    if (text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= 0xdfff)) {
      throw new IllegalArgumentException(field + ": half a surrogate pair (expected: Unicode)");
    }
  }
}
