package io.authserver.dkim.canon;

import io.authserver.smtp.message.HeaderField;
import io.authserver.smtp.message.HeaderSection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which instances of the named fields a signature covers (RFC 6376 §5.4.2). */
public final class SignedFields {
  private SignedFields() {}

  /**
   * Returns the fields that a list of names stands for: each time a name comes, the next instance
   * from the bottom up; nothing for a name that has no instance left.
   *
   * @param names in lower case
   * @param except a field that does not count, the signature being verified; or null
   */
  public static List<HeaderField> select(
      HeaderSection header, List<String> names, @Nullable HeaderField except) {
    Map<String, List<HeaderField>> byName = new HashMap<>();
    for (String name : names) {
      byName.putIfAbsent(name, new ArrayList<>());
    }
    for (HeaderField field : header.fields()) {
      List<HeaderField> instances = field.equals(except) ? null : byName.get(field.name());
      if (instances != null) {
        instances.add(field);
      }
    }
    List<HeaderField> selected = new ArrayList<>();
    for (String name : names) {
      List<HeaderField> left = byName.get(name);
      if (left != null && !left.isEmpty()) {
        selected.add(left.removeLast());
      }
    }
    return selected;
  }
}
