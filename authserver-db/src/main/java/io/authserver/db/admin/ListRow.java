package io.authserver.db.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A mailing list.
 *
 * @param active whether it takes mail
 * @param newMailFrom the reverse-path of what it sends on, or null for the sender's
 * @param owner the identifier of the user who is told about members that fail, or null
 * @param extensions whether its addresses take extensions
 * @param nullSender who gets its bounces: owner, members or refuse, or null for what follows from
 *     the rest
 * @param addresses the members, in the order in which they came
 * @param aliases the addresses that stand for it
 */
public record ListRow(
    long id,
    String name,
    boolean active,
    @Nullable String newMailFrom,
    @Nullable String owner,
    boolean extensions,
    @Nullable String nullSender,
    List<String> addresses,
    List<String> aliases)
    implements Thing {
  @Override
  public String key() {
    return Long.toString(id);
  }

  @Override
  public String title() {
    return "mailing list " + Quoting.quote(name);
  }

  @Override
  public String plural() {
    return "mailing lists";
  }
}
