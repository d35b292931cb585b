package io.authserver.admin.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;

/** A name server on loopback that knows what a test tells it. */
public final class TestNameServer implements AutoCloseable {
  private final DatagramSocket socket;
  private final Map<Name, Record> records = new ConcurrentHashMap<>();
  private volatile int rcode = Rcode.NXDOMAIN;

  /** Starts it on a free port. */
  public TestNameServer() throws SocketException {
    socket = new DatagramSocket(0, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::serve);
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
    records.put(owner, new TXTRecord(owner, DClass.IN, 60, strings));
  }

  /** Puts a CNAME record. */
  public void cname(String name, String target) throws TextParseException {
    Name owner = Name.fromString(name, Name.root);
    records.put(owner, new CNAMERecord(owner, DClass.IN, 60, Name.fromString(target, Name.root)));
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
        byte[] reply = answer(packet.getData()).toWire();
        socket.send(new DatagramPacket(reply, reply.length, packet.getSocketAddress()));
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
    Record record = records.get(query.getQuestion().getName());
    if (record == null) {
      reply.getHeader().setRcode(rcode);
    } else {
      reply.addRecord(record, Section.ANSWER);
    }
    return reply;
  }

  @Override
  public void close() {
    socket.close();
  }
}
