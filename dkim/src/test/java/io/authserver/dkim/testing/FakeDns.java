package io.authserver.dkim.testing;

import io.authserver.dkim.sign.SigningKey;
import io.authserver.dkim.verify.KeyLookup;
import io.authserver.smtp.address.AsciiCase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** TXT records in a map; names in {@link #silent} get no answer. */
public final class FakeDns implements KeyLookup {
  private final Map<String, List<String>> records = new HashMap<>();
  private final List<String> silent = new ArrayList<>();

  /** Publishes keys. */
  public static FakeDns of(List<SigningKey> keys) {
    FakeDns dns = new FakeDns();
    keys.forEach(key -> dns.add(key.recordName(), key.key().publicKey().dnsRecord()));
    return dns;
  }

  /** Adds a record. */
  public FakeDns add(String name, String text) {
    records.computeIfAbsent(AsciiCase.lower(name), _ -> new ArrayList<>()).add(text);
    return this;
  }

  /** Makes a name time out. */
  public FakeDns silent(String name) {
    silent.add(name);
    return this;
  }

  /** Returns all records. */
  public Map<String, List<String>> records() {
    return records;
  }

  @Override
  public Answer lookup(String recordName) {
    if (silent.contains(recordName)) {
      return new NoAnswer("timed out");
    }
    List<String> texts = records.get(AsciiCase.lower(recordName));
    return texts == null ? new NoRecord() : new Records(texts);
  }
}
