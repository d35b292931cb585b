package io.authserver.admin.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/**
 * A name server on loopback that knows what a test tells it, by UDP and TCP. As it is authoritative
 * for everything it serves as resolver and as name server of a zone.
 */
public final class TestNameServer implements AutoCloseable {
  private static final int MOST_UDP_BYTES = 512; // RFC 1035 §4.2.1

  private final DatagramSocket socket;
  private final ServerSocket listener;
  private final Map<Name, List<Record>> records = new ConcurrentHashMap<>();
  private volatile int rcode = Rcode.NXDOMAIN;

  /** Starts it on a free port. */
  public TestNameServer() throws IOException {
    listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    socket = new DatagramSocket(listener.getLocalPort(), InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
    Thread.ofVirtual().start(this::listen);
  }

  /** Returns what asks this server alone, in every role. */
  public DnsAccess access() {
    return new DnsAccess(
        List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), socket.getLocalPort())),
        socket.getLocalPort(),
        Duration.ofSeconds(5));
  }

  /** Returns HOST:PORT. */
  public String address() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** Puts a TXT record, in strings of 255 octets. */
  public void txt(String name, String text) throws TextParseException {
    Name owner = Name.fromString(name, Name.root);
    List<String> strings = new ArrayList<>();
    for (int i = 0; i < text.length(); i += 255) {
      strings.add(text.substring(i, Math.min(text.length(), i + 255)));
    }
    put(new TXTRecord(owner, DClass.IN, 60, strings));
  }

  /** Puts a CNAME record. */
  public void cname(String name, String target) throws TextParseException {
    Name owner = Name.fromString(name, Name.root);
    put(new CNAMERecord(owner, DClass.IN, 60, Name.fromString(target, Name.root)));
  }

  /** Adds a name server to a zone. */
  public void ns(String zone, String server) throws TextParseException {
    Name owner = Name.fromString(zone, Name.root);
    add(new NSRecord(owner, DClass.IN, 60, Name.fromString(server, Name.root)));
  }

  /** Adds an address to a host. */
  public void a(String host, InetAddress address) throws TextParseException {
    add(new ARecord(Name.fromString(host, Name.root), DClass.IN, 60, address));
  }

  private void put(Record record) {
    records.put(record.getName(), new CopyOnWriteArrayList<>(List.of(record)));
  }

  private void add(Record record) {
    records.computeIfAbsent(record.getName(), _ -> new CopyOnWriteArrayList<>()).add(record);
  }

  /** Sets what is answered for names that are not known. */
  public void otherwise(int code) {
    rcode = code;
  }

  private void serve() {
    byte[] buffer = new byte[4096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        Message answer = answer(packet.getData());
        byte[] reply = answer.toWire();
        if (reply.length > MOST_UDP_BYTES) {
          answer.removeAllRecords(Section.ANSWER);
          answer.getHeader().setFlag(Flags.TC);
          reply = answer.toWire();
        }
        socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
      } catch (IOException _) {
        // Closed, or a query that is none.
      }
    }
  }

  /** RFC 1035 §4.2.2: each message after its length. */
  private void listen() {
    while (!listener.isClosed()) {
      try (Socket client = listener.accept()) {
        DataInputStream in = new DataInputStream(client.getInputStream());
        byte[] query = new byte[in.readUnsignedShort()];
        in.readFully(query);
        byte[] reply = answer(query).toWire();
        DataOutputStream out = new DataOutputStream(client.getOutputStream());
        out.writeShort(reply.length);
        out.write(reply);
        out.flush();
      } catch (IOException _) {
        // Closed, or a query that is none.
      }
    }
  }

  private Message answer(byte[] wire) throws IOException {
    Message query = new Message(wire);
    Message reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.addRecord(query.getQuestion(), Section.QUESTION);
    reply.getHeader().setFlag(Flags.AA);
    List<Record> found = records.get(query.getQuestion().getName());
    if (found == null) {
      reply.getHeader().setRcode(rcode);
    } else {
      int type = query.getQuestion().getType();
      found.stream()
          .filter(record -> record.getType() == type || record.getType() == Type.CNAME)
          .forEach(record -> reply.addRecord(record, Section.ANSWER));
    }
    return reply;
  }

  @Override
  public void close() {
    socket.close();
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
