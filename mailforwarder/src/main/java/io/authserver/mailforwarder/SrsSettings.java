package io.authserver.mailforwarder;

import io.authserver.db.alias.SrsKeys;
import io.authserver.mailforwarder.resolve.ReturnAddresses;
import io.authserver.mailforwarder.srs.Srs;
import io.authserver.mailforwarder.srs.SrsForm;
import io.authserver.mailforwarder.srs.SrsForms;
import io.authserver.mailforwarder.srs.SrsSecret;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the settings say about return addresses.
 *
 * @param secrets the first signs before those of the database; empty where the settings have none
 * @param form how the hash is made; empty for what the database says
 * @param domain the folded domain of all of them; empty for the domain of each alias
 * @param minHashLength characters that a hash as Mail::SRS makes it needs to be accepted
 */
record SrsSettings(
    List<byte[]> secrets, Optional<SrsForm> form, Optional<String> domain, int minHashLength) {
  /** A secret that is shorter can be guessed from one of the addresses that it makes. */
  static final int MIN_SECRET_OCTETS = 16;

  /** Copies the list. */
  SrsSettings {
    secrets = List.copyOf(secrets);
  }

  @Override
  public String toString() {
    return "SrsSettings[" + secrets.size() + " secrets]";
  }

  /**
   * Returns how return addresses are made and read with what the database knows; empty where nobody
   * has a secret.
   */
  Optional<ReturnAddresses> with(SrsKeys known) {
    List<byte[]> all = new ArrayList<>(secrets);
    known.secrets().stream().filter(secret -> !contains(secrets, secret)).forEach(all::add);
    return returnAddresses(
        all, new SrsForms(form.orElseGet(() -> SrsForm.of(known.form())), known.since()), known);
  }

  /** Returns the same without a database; the form is that of Mail::SRS where none is set. */
  Optional<ReturnAddresses> alone() {
    return returnAddresses(secrets, new SrsForms(form.orElse(SrsForm.MAILSRS), null), null);
  }

  private Optional<ReturnAddresses> returnAddresses(
      List<byte[]> all, SrsForms forms, @Nullable SrsKeys known) {
    if (all.isEmpty()) {
      return Optional.empty();
    }
    Srs srs =
        new Srs(
            all.stream().map(SrsSecret::of).toList(),
            Srs.DEFAULT_HASH_LENGTH,
            minHashLength,
            Srs.DEFAULT_MAX_AGE_DAYS,
            forms);
    return Optional.of(
        new ReturnAddresses(srs, domain.orElse(null), known == null || known.domainActive()));
  }

  /** Returns whether the database has all that the settings have. */
  boolean areIn(SrsKeys known) {
    return secrets.stream().allMatch(secret -> contains(known.secrets(), secret));
  }

  private static boolean contains(List<byte[]> secrets, byte[] secret) {
    return secrets.stream().anyMatch(other -> Arrays.equals(other, secret));
  }

  /** Returns what an operator should change, a line each, without secrets. */
  List<String> warnings(SrsKeys known) {
    List<String> warnings = new ArrayList<>();
    for (int i = 0; i < secrets.size(); i++) {
      warnOfLength(
          ForwarderSettings.SRS_SECRET + ": secret " + (i + 1), secrets.get(i).length, warnings);
    }
    for (byte[] secret : known.secrets()) {
      if (!contains(secrets, secret)) {
        warnOfLength("database: a secret of return addresses", secret.length, warnings);
      }
    }
    if (minHashLength < Srs.DEFAULT_HASH_LENGTH) {
      warnings.add(
          ForwarderSettings.SRS_MIN_HASH_LENGTH
              + ": a hash of "
              + minHashLength
              + " characters can be guessed");
    }
    if (domain.isPresent() && !known.domainActive()) {
      warnings.add(
          ForwarderSettings.SRS_DOMAIN
              + ": "
              + domain.get()
              + " is no domain of the database that takes mail: the domain of each alias is used");
    }
    return warnings;
  }

  private static void warnOfLength(String what, int octets, List<String> warnings) {
    if (octets < MIN_SECRET_OCTETS) {
      warnings.add(
          what + " has " + octets + " octets: under " + MIN_SECRET_OCTETS + " it can be guessed");
    }
  }
}
