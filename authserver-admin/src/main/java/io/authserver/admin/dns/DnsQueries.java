package io.authserver.admin.dns;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;

/** Sends queries to name servers: UDP, then TCP where an answer was cut. Safe for many threads. */
final class DnsQueries {
  private static final int MAX_QUERIES_AT_A_TIME = 64;

  /** A datagram may be lost; two that are lost are silence. */
  private static final int TRIES = 2;

  private final DnsAccess access;
  private final Semaphore permits = new Semaphore(MAX_QUERIES_AT_A_TIME);

  DnsQueries(DnsAccess access) {
    this.access = access;
  }

  DnsAccess access() {
    return access;
  }

  /** Asks this machine's resolvers, one after the other until one answers. */
  Message resolve(Name name, int type) throws IOException {
    String why = "there is no resolver";
    @Nullable IOException failure = null;
    for (InetSocketAddress resolver : access.resolvers()) {
      try {
        Message response = ask(resolver, name, type, true);
        int rcode = response.getRcode();
        if (rcode == Rcode.NOERROR || rcode == Rcode.NXDOMAIN) {
          return response;
        }
        why = "the resolver answered " + Rcode.string(rcode) + " for " + name;
      } catch (IOException e) {
        failure = e;
        why = "the resolver did not answer";
      }
    }
    throw failure == null ? new IOException(why) : new IOException(why, failure);
  }

  /** Asks one server. */
  Message ask(InetSocketAddress server, Name name, int type, boolean recursive) throws IOException {
    SimpleResolver client = new SimpleResolver(server);
    client.setTimeout(access.timeout());
    @Nullable IOException failure = null;
    for (int i = 0; i < TRIES; i++) {
      Message query = Message.newQuery(Record.newRecord(name, type, DClass.IN));
      if (!recursive) {
        query.getHeader().unsetFlag(Flags.RD);
      }
      permits.acquireUninterruptibly();
      try {
        return client.send(query);
      } catch (IOException e) {
        failure = e;
      } finally {
        permits.release();
      }
    }
    throw new IOException("did not answer", failure);
  }

  /** Does tasks at the same time and returns their results in order. */
  static <T> List<T> together(List<Callable<T>> tasks) throws IOException {
    List<T> results = new ArrayList<>(tasks.size());
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> future : executor.invokeAll(tasks)) {
        results.add(future.get());
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while asking DNS", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      throw new IllegalStateException("asking DNS failed", e.getCause());
    }
  }
}
