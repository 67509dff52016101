package dev.ambit.cli.print;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A message of the API as plain maps, lists and scalars: the model behind JSON and YAML. Names are
/// those of the JSON API; enum values lose their prefix (`ACTIVE`); `envelope` and other embedded
/// JSON is unfolded; other bytes are hex; what is not set is left out, numbers and lists always
/// stand.
public final class Tree {
  private Tree() {}

  public static Map<String, Object> of(Message message) {
    var tree = new LinkedHashMap<String, Object>();
    for (var field : message.getDescriptorForType().getFields()) {
      var value = value(message, field);
      if (value != null) {
        tree.put(field.getJsonName(), value);
      }
    }
    return tree;
  }

  public static List<Map<String, Object>> of(List<? extends Message> messages) {
    return messages.stream().map(Tree::of).toList();
  }

  private static @Nullable Object value(Message message, FieldDescriptor field) {
    if (field.isMapField()) {
      return map(message, field);
    }
    if (field.isRepeated()) {
      var values = new ArrayList<Object>();
      for (var index = 0; index < message.getRepeatedFieldCount(field); index++) {
        values.add(scalar(field, message.getRepeatedField(field, index)));
      }
      return values;
    }
    if (field.hasPresence() && !message.hasField(field)) {
      return null;
    }
    var value = scalar(field, message.getField(field));
    return value.equals("") ? null : value;
  }

  private static Map<String, Object> map(Message message, FieldDescriptor field) {
    var entries = new TreeMap<String, Object>();
    var key = field.getMessageType().findFieldByNumber(1);
    var held = field.getMessageType().findFieldByNumber(2);
    for (var index = 0; index < message.getRepeatedFieldCount(field); index++) {
      var entry = (Message) message.getRepeatedField(field, index);
      entries.put(String.valueOf(entry.getField(key)), scalar(held, entry.getField(held)));
    }
    return entries;
  }

  private static Object scalar(FieldDescriptor field, Object value) {
    return switch (value) {
      case Timestamp at -> Timestamps.toString(at);
      case Duration length -> Durations.toString(length);
      case Message message -> of(message);
      case EnumValueDescriptor constant -> constant(constant);
      case ByteString bytes -> bytes(bytes);
      case Integer number when field.getType() == FieldDescriptor.Type.UINT32 ->
          Integer.toUnsignedLong(number);
      default -> field.getJavaType() == JavaType.STRING ? value.toString() : value;
    };
  }

  /// `SESSION_STATE_ACTIVE` of `SessionState` becomes `ACTIVE`; the unset value becomes nothing.
  private static String constant(EnumValueDescriptor constant) {
    var prefix =
        constant
                .getType()
                .getName()
                .replaceAll("([a-z])([A-Z])", "$1_$2")
                .toUpperCase(java.util.Locale.ROOT)
            + "_";
    var name = constant.getName();
    var shortName = name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    return shortName.equals("UNSPECIFIED") ? "" : shortName;
  }

  private static Object bytes(ByteString bytes) {
    if (!bytes.isEmpty() && bytes.byteAt(0) == '{') {
      var unfolded = Json.read(bytes.toByteArray());
      if (unfolded.isPresent()) {
        return unfolded.get();
      }
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
