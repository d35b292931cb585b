package io.authserver.admin.dns;

import io.authserver.dkim.verify.KeyLookup;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** Finds key records in DNS. CNAME and DNAME are followed; nothing is cached. */
public final class DnsKeyLookup {
  private final DnsAccess access;
  private final @Nullable Resolver resolver;

  private DnsKeyLookup(DnsAccess access, @Nullable Resolver resolver) {
    this.access = access;
    this.resolver = resolver;
  }

  /**
   * Makes a look-up.
   *
   * @param resolver whom to ask, or null for the resolvers of this machine
   */
  public static KeyLookup of(DnsAccess access, @Nullable Resolver resolver) {
    return new DnsKeyLookup(access, resolver)::lookup;
  }

  private KeyLookup.Answer lookup(String recordName) {
    try {
      DnsQueries queries = new DnsQueries(asked());
      Name name = Name.fromString(recordName, Name.root);
      for (int i = 0; i <= PublicationCheck.MAX_ALIASES; i++) {
        switch (Answer.read(queries.resolve(name, Type.TXT), name, false)) {
          case Answer.Texts(List<String> texts) -> {
            return new KeyLookup.Records(texts);
          }
          case Answer.None() -> {
            return new KeyLookup.NoRecord();
          }
          case Answer.Silent(String why) -> {
            return new KeyLookup.NoAnswer("the resolver " + why);
          }
          case Answer.Alias(Name target) -> name = target;
        }
      }
      return new KeyLookup.NoAnswer(
          "more than " + PublicationCheck.MAX_ALIASES + " aliases, or a circle");
    } catch (TextParseException e) {
      return new KeyLookup.NoRecord(); // DNS can have no such name
    } catch (UnknownHostException e) {
      return new KeyLookup.NoAnswer("the name server has no address");
    } catch (IOException e) {
      return new KeyLookup.NoAnswer(String.valueOf(e.getMessage()));
    }
  }

  private DnsAccess asked() throws UnknownHostException {
    Resolver only = resolver;
    return only == null
        ? access
        : new DnsAccess(
            List.of(new InetSocketAddress(InetAddress.getByName(only.host()), only.port())),
            access.authorityPort(),
            access.timeout());
  }
}
