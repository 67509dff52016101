package dev.ambit.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.re2j.Pattern;
import dev.ambit.envelope.Condition.And;
import dev.ambit.envelope.Condition.Not;
import dev.ambit.envelope.Condition.Or;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A condition holds only when it is true: what cannot be said is not true.
class ConditionTest {
  private static final Condition TRUE = new Condition.Always(true);
  private static final Condition FALSE = new Condition.Always(false);
  private static final Condition MISSING =
      new Condition.CompareText(
          Comparison.EQUAL,
          new TextTerm.Lookup(TextTerm.Table.SESSION_CONTEXT, text("absent")),
          text("x"));

  @Test
  void aMissingKeyIsNotTrueAndNeitherIsItsOpposite() {
    assertThat(holds(MISSING)).isFalse();
    assertThat(holds(new Not(MISSING))).isFalse();
    assertThat(holds(new And(MISSING, TRUE))).isFalse();
    assertThat(holds(new And(TRUE, MISSING))).isFalse();
    assertThat(holds(new Or(MISSING, FALSE))).isFalse();
    assertThat(holds(new Not(new Or(FALSE, MISSING)))).isFalse();
  }

  @Test
  void whatDecidesAloneDecidesBesideAMissingKey() {
    assertThat(holds(new Or(MISSING, TRUE))).isTrue();
    assertThat(holds(new Or(TRUE, MISSING))).isTrue();
    assertThat(holds(new Not(new And(MISSING, FALSE)))).isTrue();
  }

  @Test
  void asksForFactsOfSessionCallAndTarget() {
    var context = new TextTerm.Lookup(TextTerm.Table.SESSION_CONTEXT, text("case_state"));
    assertThat(holds(equal(context, text("open")))).isTrue();
    assertThat(holds(equal(context, text("closed")))).isFalse();
    assertThat(holds(equal(TextTerm.Field.SESSION_ID, text(Fixtures.SESSION.value())))).isTrue();
    assertThat(holds(equal(TextTerm.Field.SESSION_TEMPLATE, text("items")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.SESSION_TASK_ID, text("t-7")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.SESSION_TASK_PURPOSE, text("fix")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.SESSION_ON_BEHALF_OF, text("maria")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.CALL_SCHEME, text("https")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.CALL_HOST, text("api.good.test")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.CALL_METHOD, text("GET")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.CALL_PATH, text("/v1/items/7")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.TARGET_NAME, text("good")))).isTrue();
    assertThat(holds(equal(TextTerm.Field.TARGET_PROTOCOL, text("https")))).isTrue();
    assertThat(holds(whole(WholeTerm.Field.CALL_PORT, 443))).isTrue();
    assertThat(holds(whole(WholeTerm.Field.TARGET_SENSITIVITY, 3))).isTrue();
    assertThat(holds(whole(new WholeTerm.Size(text("a\ud83d\ude00")), 2))).isTrue();
  }

  @Test
  void aParameterOfTheQueryThatStandsTwiceOrHasTwoReadingsIsMissing() {
    assertThat(holds(equal(query("a"), text("1")), "?a=1&b=2")).isTrue();
    assertThat(holds(equal(query("a"), text("1 2")), "?a=1%202")).isTrue();
    assertThat(holds(equal(query("a"), text("1")), "?a=1&a=1")).isFalse();
    assertThat(holds(equal(query("a"), text("1 2")), "?a=1+2")).isFalse();
    assertThat(holds(new Condition.HasKey(text("a"), TextTerm.Table.CALL_QUERY), "?a=%C3"))
        .isFalse();
    assertThat(holds(new Condition.HasKey(text("a"), TextTerm.Table.CALL_QUERY), "?a")).isTrue();
  }

  @Test
  void comparesByCodePointAndFindsPatternsAnywhere() {
    var last = text("\ud83d\ude00");
    assertThat(holds(new Condition.CompareText(Comparison.GREATER, last, text("\uffff")))).isTrue();
    assertThat(holds(new Condition.CompareText(Comparison.LESS, text("ab"), text("abc")))).isTrue();
    assertThat(holds(new Condition.Matches(text("xay"), Pattern.compile("a")))).isTrue();
    assertThat(holds(new Condition.Matches(text("xay"), Pattern.compile("^a")))).isFalse();
    assertThat(holds(new Condition.StartsWith(text("abc"), text("ab")))).isTrue();
    assertThat(holds(new Condition.EndsWith(text("abc"), text("ab")))).isFalse();
    assertThat(holds(new Condition.InTexts(text("b"), List.of("a", "b")))).isTrue();
    assertThat(holds(new Condition.InWholes(WholeTerm.Field.CALL_PORT, List.of(80L)))).isFalse();
  }

  @Test
  void stringsAndListsAreBounded() {
    assertThatThrownBy(() -> text("x".repeat(1_025)))
        .hasMessage("condition: 1025 characters in a string (expected: at most 1024)");
    assertThatThrownBy(
            () -> new Condition.InWholes(WholeTerm.Field.CALL_PORT, Collections.nCopies(65, 1L)))
        .hasMessage("condition: 65 in a list (expected: at most 64)");
  }

  private static TextTerm text(String text) {
    return new TextTerm.Literal(text);
  }

  private static TextTerm query(String name) {
    return new TextTerm.Lookup(TextTerm.Table.CALL_QUERY, text(name));
  }

  private static Condition equal(TextTerm left, TextTerm right) {
    return new Condition.CompareText(Comparison.EQUAL, left, right);
  }

  private static Condition whole(WholeTerm left, long right) {
    return new Condition.CompareWhole(Comparison.EQUAL, left, new WholeTerm.Literal(right));
  }

  private static boolean holds(Condition condition) {
    return holds(condition, "");
  }

  private static boolean holds(Condition condition, String query) {
    var target = Fixtures.target("good", Protocol.HTTPS, 443, "api.good.test");
    var grant = Fixtures.grant("read", "good", Set.of("GET"), "/**");
    var envelope =
        Fixtures.envelope(List.of(target), List.of(grant), List.of())
            .withFacts(
                new SessionFacts("t-7", "fix", "maria", Map.of(), Map.of("case_state", "open")));
    var call = Fixtures.call("GET", "https://api.good.test/v1/items/7" + query);
    return condition.holds(new Scene(envelope, call, target));
  }
}
