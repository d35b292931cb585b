package io.authserver.admin.dns;

import io.authserver.smtp.address.AsciiCase;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DNAMERecord;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.NameTooLongException;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;

/** What one name server says of the TXT records at a name. */
sealed interface Answer {
  /** There are such records; each is joined from its strings. */
  record Texts(List<String> texts) implements Answer {}

  /** The name is an alias. */
  record Alias(Name target) implements Answer {}

  /** There is no such record, the server says so. */
  record None() implements Answer {}

  /**
   * The server does not say.
   *
   * @param why what it did instead, to go on after its name
   */
  record Silent(String why) implements Answer {}

  /**
   * Reads a response.
   *
   * @param authoritative whether the server should know it of itself
   */
  static Answer read(Message response, Name name, boolean authoritative) {
    int rcode = response.getRcode();
    if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
      return new Silent("answered " + AsciiCase.lower(Rcode.string(rcode)));
    }
    if (authoritative && !response.getHeader().getFlag(Flags.AA)) {
      // RFC 1034 §4.3.2: a referral, or what it heard from others.
      return new Silent("does not answer for the zone");
    }
    List<String> texts = new ArrayList<>();
    for (Record record : response.getSection(Section.ANSWER)) {
      if (record instanceof TXTRecord txt && record.getName().equals(name)) {
        texts.add(join(txt));
      }
    }
    if (!texts.isEmpty()) {
      return new Texts(List.copyOf(texts));
    }
    for (Record record : response.getSection(Section.ANSWER)) {
      if (record instanceof CNAMERecord alias && record.getName().equals(name)) {
        return new Alias(alias.getTarget());
      }
    }
    for (Record record : response.getSection(Section.ANSWER)) {
      // RFC 6672 §2.3: what lies below the owner, never the owner itself.
      if (record instanceof DNAMERecord alias
          && name.subdomain(record.getName())
          && !name.equals(record.getName())) {
        try {
          return new Alias(name.fromDNAME(alias));
        } catch (NameTooLongException e) {
          return new Silent("has an alias to a name that is too long");
        }
      }
    }
    return new None();
  }

  private static String join(TXTRecord record) {
    // RFC 6376 §3.6.2.2: the strings are joined without anything between them.
    StringBuilder text = new StringBuilder();
    for (byte[] string : record.getStringsAsByteArrays()) {
      text.append(new String(string, StandardCharsets.ISO_8859_1));
    }
    return text.toString();
  }
}
