package io.authserver.db.admin;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which things of a kind are meant: those that are named, or all of them, and of these the ones
 * that meet every condition; null is no condition. A store heeds the conditions that its things can
 * meet.
 *
 * @param names what they are called; one with {@code *} (any text) or {@code ?} (any character)
 *     that nothing is called by is a pattern; empty for all things
 * @param contains with this text in what they are called, A to Z in any case
 * @param domain with an address in this domain
 * @param user of this user (UUID, identifier or address)
 * @param list of this mailing list (name or id)
 * @param group of this group (name or id)
 * @param permission with this permission (name or id); of users, those who hold it now
 * @param state active ones or not; of aliases, blocked ones or not
 */
public record Selection(
    List<String> names,
    @Nullable String contains,
    @Nullable DomainName domain,
    @Nullable String user,
    @Nullable String list,
    @Nullable String group,
    @Nullable String permission,
    @Nullable Boolean state) {
  /** All there are. */
  public static final Selection ALL =
      new Selection(List.of(), null, null, null, null, null, null, null);

  /** Copies the names. */
  public Selection {
    names = List.copyOf(names);
  }

  /** Returns the things of these names. */
  public static Selection of(List<String> names) {
    return new Selection(names, null, null, null, null, null, null, null);
  }
}
