package io.authserver.admin.dns;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.xbill.DNS.ResolverConfig;

/**
 * Whom look-ups ask: a value that {@code main} makes, and that tests make for servers of theirs.
 *
 * @param resolvers the recursive resolvers, asked one after the other until one answers
 * @param authorityPort the port at which a zone's name servers listen: 53 in the world
 * @param timeout how long a server may take for one answer
 */
public record DnsAccess(List<InetSocketAddress> resolvers, int authorityPort, Duration timeout) {
  private static final int DNS_PORT = 53;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  /** Takes a copy. */
  public DnsAccess {
    resolvers = List.copyOf(resolvers);
  }

  /** Returns the resolvers of this machine, and port 53. */
  public static DnsAccess ofSystem() {
    return new DnsAccess(ResolverConfig.getCurrentConfig().servers(), DNS_PORT, TIMEOUT);
  }
}
