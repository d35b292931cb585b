package io.authserver.realservers;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * The site's resolver, who knows the internet of the tests: all mail goes to one host, and a client
 * is called what a test says.
 */
final class NameServer {
  private static final int TTL = 1;

  private final DatagramSocket socket;
  private final InetAddress mailHost;
  private final InetAddress smartHost;
  private final Map<String, Name> clients = new ConcurrentHashMap<>();

  NameServer(InetSocketAddress address, InetAddress mailHost, InetAddress smartHost)
      throws IOException {
    socket = new DatagramSocket(address);
    this.mailHost = mailHost;
    this.smartHost = smartHost;
    Thread.ofPlatform().daemon().name("name-server").start(this::serve);
  }

  /** Says what the name of an address is. */
  void name(String address, Name name) {
    String[] octets = address.split("\\.", -1);
    clients.put(String.join(".", List.of(octets).reversed()) + ".in-addr.arpa.", name);
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
    Record question = query.getQuestion();
    Message reply = new Message(query.getHeader().getID());
    reply.getHeader().setFlag(Flags.QR);
    reply.getHeader().setFlag(Flags.RA);
    reply.addRecord(question, Section.QUESTION);
    Name name = question.getName();
    String text = name.toString().toLowerCase(Locale.ROOT);
    if (question.getType() == Type.MX && !text.endsWith(".arpa.")) {
      reply.addRecord(
          new MXRecord(name, DClass.IN, TTL, 10, Name.fromString("mx.internet.example.")),
          Section.ANSWER);
    } else if (question.getType() == Type.A && text.equals("mx.internet.example.")) {
      reply.addRecord(new ARecord(name, DClass.IN, TTL, mailHost), Section.ANSWER);
    } else if (question.getType() == Type.A && text.equals("smarthost.example.net.")) {
      reply.addRecord(new ARecord(name, DClass.IN, TTL, smartHost), Section.ANSWER);
    } else if (question.getType() == Type.PTR && clients.containsKey(text)) {
      reply.addRecord(new PTRRecord(name, DClass.IN, TTL, clients.get(text)), Section.ANSWER);
    } else if (text.endsWith(".arpa.")) {
      reply.getHeader().setRcode(Rcode.NXDOMAIN);
    }
    return reply;
  }
}
