package dev.ambit.envelope;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A [BodyRule] as a tree, along which a body is judged. Immutable once made.
final class BodyShape {
  private final boolean additional;
  private final Node root = new Node();

  BodyShape(BodyRule rule) {
    this.additional = rule.additional();
    rule.members().forEach(this::add);
  }

  /// Whether a body is within the rule. Linear in its values.
  boolean admits(Json body) {
    return (body instanceof Json.Members || body instanceof Json.Items) && admits(root, body);
  }

  private static final class Node {
    private final Map<String, Node> inner = new LinkedHashMap<>();
    private @Nullable Constraint constraint;

    /// Whether something here must be there.
    boolean required() {
      return constraint != null
          ? !constraint.optional()
          : inner.values().stream().anyMatch(Node::required);
    }
  }

  private void add(String pointer, Constraint constraint) {
    var node = root;
    for (var token : BodyRule.tokens(pointer)) {
      node = node.inner.computeIfAbsent(token, _ -> new Node());
    }
    node.constraint = constraint;
  }

  private boolean admits(Node node, Json value) {
    if (node.constraint != null) {
      return node.constraint.admits(value);
    }
    return switch (value) {
      case Json.Members(var members) -> members(node, members);
      case Json.Items(var items) -> items(node, items);
      case Json.Text _, JsonNumber _, Json.Truth _, Json.Nothing _ -> false;
    };
  }

  private boolean members(Node node, Map<String, Json> members) {
    for (var member : members.entrySet()) {
      var inner = node.inner.get(member.getKey());
      if (inner == null ? !mayStand(node, member.getKey()) : !admits(inner, member.getValue())) {
        return false;
      }
    }
    return nothingMissing(node, members::containsKey);
  }

  /// Some servers find members without regard to case: one that is spelled like a named one but for
  /// case could stand for it, and was not judged.
  private boolean mayStand(Node node, String name) {
    return additional && node.inner.keySet().stream().noneMatch(name::equalsIgnoreCase);
  }

  private boolean items(Node node, List<Json> items) {
    for (var i = 0; i < items.size(); i++) {
      var inner = node.inner.get(Integer.toString(i));
      if (inner == null ? !additional : !admits(inner, items.get(i))) {
        return false;
      }
    }
    return nothingMissing(node, name -> index(name) < items.size());
  }

  private static int index(String name) {
    return name.matches("0|[1-9][0-9]{0,5}") ? Integer.parseInt(name) : Integer.MAX_VALUE;
  }

  private static boolean nothingMissing(Node node, Predicate<String> there) {
    for (var inner : node.inner.entrySet()) {
      if (inner.getValue().required() && !there.test(inner.getKey())) {
        return false;
      }
    }
    return true;
  }
}
