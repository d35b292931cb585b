package io.authserver.admin.dns;

import io.authserver.dkim.verify.KeyLookup;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Lookup;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Finds key records in DNS. CNAME and DNAME are followed; nothing is cached. */
public final class DnsKeyLookup implements KeyLookup {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final @Nullable Resolver resolver;

  /**
   * Makes a look-up.
   *
   * @param resolver whom to ask, or null for the resolver of this machine
   */
  public DnsKeyLookup(@Nullable Resolver resolver) {
    this.resolver = resolver;
  }

  @Override
  public Answer lookup(String recordName) {
    try {
      Lookup lookup = new Lookup(Name.fromString(recordName, Name.root), Type.TXT, DClass.IN);
      lookup.setCache(null);
      lookup.setHostsFileParser(null);
      SimpleResolver server =
          resolver == null ? new SimpleResolver() : new SimpleResolver(resolver.host());
      if (resolver != null) {
        server.setPort(resolver.port());
      }
      server.setTimeout(TIMEOUT);
      lookup.setResolver(server);
      Record[] answers = lookup.run();
      return switch (lookup.getResult()) {
        case Lookup.SUCCESSFUL -> new Records(texts(answers == null ? new Record[0] : answers));
        case Lookup.HOST_NOT_FOUND, Lookup.TYPE_NOT_FOUND -> new NoRecord();
        default -> new NoAnswer(lookup.getErrorString());
      };
    } catch (TextParseException e) {
      return new NoRecord(); // DNS can have no such name
    } catch (UnknownHostException e) {
      return new NoAnswer("the name server has no address");
    }
  }

  private static List<String> texts(Record[] answers) {
    List<String> texts = new ArrayList<>();
    for (Record answer : answers) {
      if (answer instanceof TXTRecord txt) {
        StringBuilder text = new StringBuilder();
        // RFC 6376 §3.6.2.2: the strings of a record are joined without anything between them.
        for (byte[] string : txt.getStringsAsByteArrays()) {
          text.append(new String(string, StandardCharsets.ISO_8859_1));
        }
        texts.add(text.toString());
      }
    }
    return texts;
  }
}
