package io.authserver.db.alias;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Addresses at which whoever answers for a host or domain is written to, bounces included. */
public final class RoleAddresses {
  /** Their local parts (RFC 2142 §4, §5; what OpenSMTPD and other programs send as). */
  public static final Set<String> LOCAL_PARTS =
      Set.of("postmaster", "abuse", "root", "hostmaster", "webmaster", "security", "mailer-daemon");

  private RoleAddresses() {}

  /** Returns whether a folded local part without an extension is one of them. */
  public static boolean contains(@Nullable String localPart) {
    return localPart != null && LOCAL_PARTS.contains(localPart);
  }
}
