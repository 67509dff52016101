package dev.ambit.resources;

import dev.ambit.envelope.Comparison;
import dev.ambit.envelope.Condition;
import dev.ambit.envelope.TextTerm;
import dev.ambit.envelope.WholeTerm;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.CelCall;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import java.util.ArrayList;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Compiles a condition: parsed and type-checked by cel-java, then turned into the closed tree of
/// the envelope. What the tree has no part for is a finding with its position.
final class ConditionReader {
  private static final int LENGTH_MAX = 4_096;
  private static final int NESTING_MAX = 64;

  /// Known, so that it is refused by name and not as a slip of the pen.
  private static final String TOOL = "call.tool";

  private static final CelCompiler COMPILER = compiler();

  private final CelAbstractSyntaxTree ast;
  private final Section.Item source;
  private final Findings findings;
  private int parts;

  private ConditionReader(CelAbstractSyntaxTree ast, Section.Item source, Findings findings) {
    this.ast = ast;
    this.source = source;
    this.findings = findings;
  }

  /// The condition; nothing where it is none, or holds what the subset has not.
  static Optional<Condition> read(Section.Item source, Findings findings) {
    if (source.text().contains("${")) {
      findings.add(
          source.place(), "${} in a condition", "session.parameters[\"name\"], compared as it is");
      return Optional.empty();
    }
    try {
      var ast = COMPILER.compile(source.text()).getAst();
      return Optional.of(new ConditionReader(ast, source, findings).condition(ast.getExpr(), 1));
    } catch (CelValidationException e) {
      for (var error : e.getErrors()) {
        var at = error.getSourceLocation();
        findings.add(
            source.place(),
            "at " + at.getLine() + ":" + (at.getColumn() + 1) + ": " + shown(error.getMessage()));
      }
    } catch (OutsideException _) {
      // A finding by now, with its position.
    }
    return Optional.empty();
  }

  private static CelCompiler compiler() {
    var strings = MapType.create(SimpleType.STRING, SimpleType.STRING);
    var builder =
        CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(
                CelOptions.current()
                    .maxExpressionCodePointSize(LENGTH_MAX)
                    .maxParseRecursionDepth(NESTING_MAX)
                    .build())
            .setResultType(SimpleType.BOOL)
            .addVar(TOOL, SimpleType.STRING);
    for (var field : TextTerm.Field.values()) {
      builder.addVar(field.word(), SimpleType.STRING);
    }
    for (var field : WholeTerm.Field.values()) {
      builder.addVar(field.word(), SimpleType.INT);
    }
    for (var table : TextTerm.Table.values()) {
      builder.addVar(table.word(), strings);
    }
    return builder.build();
  }

  private Condition condition(CelExpr expr, int depth) {
    count(expr, depth);
    if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
        && expr.constant().getKind() == CelConstant.Kind.BOOLEAN_VALUE) {
      return new Condition.Always(expr.constant().booleanValue());
    }
    if (expr.getKind() != CelExpr.ExprKind.Kind.CALL) {
      throw outside(expr, "not a comparison");
    }
    var call = expr.call();
    var args = call.args();
    return switch (call.function()) {
      case "_&&_" ->
          new Condition.And(condition(args.get(0), depth + 1), condition(args.get(1), depth + 1));
      case "_||_" ->
          new Condition.Or(condition(args.get(0), depth + 1), condition(args.get(1), depth + 1));
      case "!_" -> new Condition.Not(condition(args.get(0), depth + 1));
      case "_==_" -> compare(expr, Comparison.EQUAL, depth);
      case "_!=_" -> compare(expr, Comparison.UNEQUAL, depth);
      case "_<_" -> compare(expr, Comparison.LESS, depth);
      case "_<=_" -> compare(expr, Comparison.LESS_OR_EQUAL, depth);
      case "_>_" -> compare(expr, Comparison.GREATER, depth);
      case "_>=_" -> compare(expr, Comparison.GREATER_OR_EQUAL, depth);
      case "@in" -> in(expr, depth);
      case "startsWith" ->
          new Condition.StartsWith(
              text(target(expr, call), depth + 1), text(args.get(0), depth + 1));
      case "endsWith" ->
          new Condition.EndsWith(text(target(expr, call), depth + 1), text(args.get(0), depth + 1));
      case "matches" -> matches(call, depth);
      default -> throw outside(expr, shown(call.function()));
    };
  }

  private Condition compare(CelExpr expr, Comparison how, int depth) {
    var left = expr.call().args().get(0);
    var right = expr.call().args().get(1);
    if (type(left).equals(SimpleType.STRING) && type(right).equals(SimpleType.STRING)) {
      return new Condition.CompareText(how, text(left, depth + 1), text(right, depth + 1));
    }
    if (type(left).equals(SimpleType.INT) && type(right).equals(SimpleType.INT)) {
      return new Condition.CompareWhole(how, whole(left, depth + 1), whole(right, depth + 1));
    }
    throw outside(expr, "comparison of other than two strings or two whole numbers");
  }

  private Condition in(CelExpr expr, int depth) {
    var of = expr.call().args().get(0);
    var where = expr.call().args().get(1);
    if (where.getKind() != CelExpr.ExprKind.Kind.LIST) {
      return new Condition.HasKey(text(of, depth + 1), table(where));
    }
    var elements = where.list().elements();
    if (elements.size() > Condition.LIST_MAX) {
      throw outside(where, elements.size() + " in a list, more than " + Condition.LIST_MAX);
    }
    if (type(of).equals(SimpleType.STRING)) {
      var texts = new ArrayList<String>();
      for (var element : elements) {
        texts.add(literal(element));
      }
      return new Condition.InTexts(text(of, depth + 1), texts);
    }
    var wholes = new ArrayList<Long>();
    for (var element : elements) {
      if (!(whole(element, depth + 1) instanceof WholeTerm.Literal(long number))) {
        throw outside(element, "not a literal, in a list");
      }
      wholes.add(number);
    }
    return new Condition.InWholes(whole(of, depth + 1), wholes);
  }

  private Condition matches(CelCall call, int depth) {
    // As a method, or as the function of the same name with the string first.
    var ofTarget = call.target().isPresent();
    var of = ofTarget ? call.target().get() : call.args().get(0);
    var pattern = call.args().get(ofTarget ? 0 : 1);
    var compiled = Patterns.compile(literal(pattern), source.place(), findings);
    return new Condition.Matches(text(of, depth + 1), compiled.orElseThrow(OutsideException::new));
  }

  private TextTerm text(CelExpr expr, int depth) {
    count(expr, depth);
    var reference = reference(expr);
    for (var field : TextTerm.Field.values()) {
      if (field.word().equals(reference)) {
        return field;
      }
    }
    if (TOOL.equals(reference)) {
      throw outside(expr, TOOL + ", not enforced yet by this version");
    }
    return switch (expr.getKind()) {
      case CONSTANT -> new TextTerm.Literal(literal(expr));
      case SELECT -> {
        // Of a map: `session.context.state` is `session.context["state"]`.
        yield new TextTerm.Lookup(
            table(expr.select().operand()), new TextTerm.Literal(expr.select().field()));
      }
      case CALL -> {
        if (!expr.call().function().equals("_[_]")) {
          throw outside(expr, shown(expr.call().function()));
        }
        yield new TextTerm.Lookup(
            table(expr.call().args().get(0)), text(expr.call().args().get(1), depth + 1));
      }
      default -> throw outside(expr, "not a string of the session, the call or the target");
    };
  }

  private WholeTerm whole(CelExpr expr, int depth) {
    count(expr, depth);
    var reference = reference(expr);
    for (var field : WholeTerm.Field.values()) {
      if (field.word().equals(reference)) {
        return field;
      }
    }
    if (expr.getKind() == CelExpr.ExprKind.Kind.CONSTANT
        && expr.constant().getKind() == CelConstant.Kind.INT64_VALUE) {
      return new WholeTerm.Literal(expr.constant().int64Value());
    }
    if (expr.getKind() == CelExpr.ExprKind.Kind.CALL && expr.call().function().equals("size")) {
      var of = expr.call().target().orElseGet(() -> expr.call().args().get(0));
      if (type(of).equals(SimpleType.STRING)) {
        return new WholeTerm.Size(text(of, depth + 1));
      }
      throw outside(of, "size of other than a string");
    }
    throw outside(expr, "not a whole number of the call or the target");
  }

  private TextTerm.Table table(CelExpr expr) {
    var reference = reference(expr);
    for (var table : TextTerm.Table.values()) {
      if (table.word().equals(reference)) {
        return table;
      }
    }
    throw outside(expr, "not a map of the session or the call");
  }

  private String literal(CelExpr expr) {
    if (expr.getKind() != CelExpr.ExprKind.Kind.CONSTANT
        || expr.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
      throw outside(expr, "not a literal string");
    }
    var text = expr.constant().stringValue();
    if (text.length() > Condition.TEXT_MAX) {
      throw outside(expr, text.length() + " characters, more than " + Condition.TEXT_MAX);
    }
    return text;
  }

  private CelExpr target(CelExpr expr, CelCall call) {
    return call.target().orElseThrow(() -> outside(expr, shown(call.function())));
  }

  private @Nullable String reference(CelExpr expr) {
    return ast.getReference(expr.id()).map(CelReference::name).orElse(null);
  }

  private CelType type(CelExpr expr) {
    return ast.getTypeOrThrow(expr.id());
  }

  private void count(CelExpr expr, int depth) {
    if (++parts > Condition.PARTS_MAX || depth > Condition.DEPTH_MAX) {
      throw outside(expr, "more than 256 parts, or 16 levels");
    }
  }

  /// Notes what is no part of the subset, with its place in the text.
  private OutsideException outside(CelExpr expr, String what) {
    var source = ast.getSource();
    var offset = source.getPositionsMap().getOrDefault(expr.id(), 0);
    var at =
        source
            .getOffsetLocation(offset)
            .map(place -> place.getLine() + ":" + (place.getColumn() + 1))
            .orElse("1:1");
    findings.add(
        this.source.place(), "at " + at + ": " + what, "the subset of CEL in docs/resources.md");
    return new OutsideException();
  }

  private static String shown(String text) {
    return Findings.shown(text.replace('\n', ' '));
  }

  /// Ends the walk; what is wrong was noted.
  private static final class OutsideException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
