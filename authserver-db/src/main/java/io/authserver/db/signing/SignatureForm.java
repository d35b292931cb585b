package io.authserver.db.signing;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a domain's signatures cover and say beyond the default, as the database has it. Whether it
 * makes sense is for whoever signs to find out: the constraints of a database may have been
 * removed.
 *
 * @param headerCanonicalization the first word of c= (RFC 6376 §3.5): {@code simple} or {@code
 *     relaxed}
 * @param bodyCanonicalization the second word
 * @param signedFields names of header fields that are signed where present
 * @param oversignedFields names of header fields that are signed once more than they come
 * @param auid what i= is made of: {@link #AUTHOR}, or {@code [local-part]@domain}; null for none
 */
public record SignatureForm(
    String headerCanonicalization,
    String bodyCanonicalization,
    List<String> signedFields,
    List<String> oversignedFields,
    @Nullable String auid) {
  /** The {@code auid} that stands for the author's own address. */
  public static final String AUTHOR = "author";

  /** What a domain has that asks for nothing else. */
  public static final SignatureForm DEFAULT =
      new SignatureForm("relaxed", "relaxed", List.of(), List.of(), null);

  /** Copies the lists. */
  public SignatureForm {
    signedFields = List.copyOf(signedFields);
    oversignedFields = List.copyOf(oversignedFields);
  }

  /** Returns the names of a list as the database writes it, colons between them. */
  public static List<String> fieldNames(@Nullable String stored) {
    return stored == null || stored.isEmpty() ? List.of() : List.of(stored.split(":", -1));
  }
}
