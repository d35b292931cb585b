package io.authserver.admin.doctor;

import io.authserver.admin.dns.Publication;
import io.authserver.admin.dns.RecordCheck;
import io.authserver.db.admin.Examination;
import io.authserver.db.admin.Examination.WrappedKey;
import io.authserver.db.admin.Finding;
import io.authserver.db.admin.KeyRow;
import io.authserver.db.admin.RefusedException;
import io.authserver.db.pool.AuthDatabaseException;
import io.authserver.db.signing.WrappingKeyException;
import io.authserver.db.signing.WrappingKeys;
import java.util.Arrays;
import java.util.List;

/** What is wrong with keys: in DNS, and under their wrapping keys. */
public final class KeyExamination {
  private static final int SLICE = 1000;

  private KeyExamination() {}

  /** Tells what is wrong with the record of a key that signs or did. */
  public static void published(KeyRow key, RecordCheck check, Findings findings) {
    String name = key.domain() + "/" + key.selector();
    boolean active = key.state().equals("active");
    switch (check.publication()) {
      case Publication.Published _ -> {
        if (active && check.testing()) {
          findings.add(new Finding(Ailment.KEY_TESTING.id(), name, null));
        }
      }
      case Publication.Unchecked unchecked ->
          findings.add(new Finding(Ailment.KEY_DNS_UNCHECKED.id(), name, unchecked.fault()));
      case Publication.Missing _, Publication.Revoked _, Publication.Different _ ->
          findings.add(
              new Finding(
                  (active ? Ailment.KEY_NOT_IN_DNS : Ailment.RETIRED_KEY_NOT_IN_DNS).id(),
                  name,
                  check.publication().fault()));
    }
  }

  /** Tries every private key that signs or will. */
  public static void wrapped(Examination examination, WrappingKeys keys, Findings findings)
      throws RefusedException, AuthDatabaseException {
    List<WrappedKey> slice = examination.wrappedKeys("", "", SLICE);
    while (!slice.isEmpty()) {
      for (WrappedKey key : slice) {
        try {
          byte[] opened = keys.unwrap(key.domain(), key.selector(), key.wrapped());
          Arrays.fill(opened, (byte) 0);
          if (!keys.isWrappedWithFirst(key.wrapped())) {
            findings.add(
                new Finding(Ailment.KEY_UNDER_OLD_WRAPPING_KEY.id(), key.toString(), null));
          }
        } catch (WrappingKeyException e) {
          findings.add(
              new Finding(
                  Ailment.KEY_DOES_NOT_OPEN.id(), key.toString(), String.valueOf(e.getMessage())));
        }
      }
      WrappedKey last = slice.getLast();
      slice = examination.wrappedKeys(last.domain(), last.selector(), SLICE);
    }
  }
}
