package io.authserver.smtp.server;

import java.math.BigInteger;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network of addresses, IPv4 or IPv6 (RFC 4632 §3.1, RFC 4291 §2.3). An IPv4-mapped IPv6 address
 * (RFC 4291 §2.5.5.2) is the IPv4 address in it.
 *
 * @param prefix its first address
 * @param length how many bits of it all its addresses have in common
 */
public record Network(InetAddress prefix, int length) {
  private static final Pattern FORM = Pattern.compile("([0-9A-Fa-f:.]+?)(?:/([0-9]{1,3}))?");
  private static final Pattern IPV4 =
      Pattern.compile("(?:0|[1-9][0-9]{0,2})(?:\\.(?:0|[1-9][0-9]{0,2})){3}");

  /** This machine. */
  public static final List<Network> LOOPBACK = List.of(parse("127.0.0.0/8"), parse("::1"));

  /** Checks the length, and that every bit behind the prefix is 0. */
  public Network {
    int bits = prefix.getAddress().length * 8;
    int lowest = new BigInteger(1, prefix.getAddress()).getLowestSetBit();
    if (length < 0 || length > bits || (lowest >= 0 && lowest < bits - length)) {
      throw new IllegalArgumentException("not a network");
    }
  }

  /**
   * Reads an address, or a network such as {@code 10.0.0.0/8}. Nothing is looked up.
   *
   * @throws IllegalArgumentException where it is neither; the message does not quote it
   */
  public static Network parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException("not a network");
    }
    String address = form.group(1);
    boolean ipv6 = address.indexOf(':') >= 0;
    if (!ipv6 && !IPV4.matcher(address).matches()) {
      throw new IllegalArgumentException("not a network");
    }
    InetAddress prefix = InetAddress.ofLiteral(address);
    int bits = ipv6 ? 128 : 32;
    int length = form.group(2) == null ? bits : Integer.parseInt(form.group(2));
    boolean mapped = ipv6 && prefix instanceof Inet4Address;
    return new Network(prefix, mapped ? length - 96 : length);
  }

  /** Returns whether the address is in it. */
  public boolean contains(InetAddress address) {
    byte[] ours = prefix.getAddress();
    byte[] theirs = withoutMapping(address);
    // The highest bit in which they differ lies behind the prefix.
    return ours.length == theirs.length
        && new BigInteger(1, ours).xor(new BigInteger(1, theirs)).bitLength()
            <= ours.length * 8 - length;
  }

  private static byte[] withoutMapping(InetAddress address) {
    byte[] bytes = address.getAddress();
    boolean mapped =
        address instanceof Inet6Address
            && new BigInteger(1, bytes).shiftRight(32).equals(BigInteger.valueOf(0xffff));
    return mapped ? Arrays.copyOfRange(bytes, 12, 16) : bytes;
  }

  /** Returns it as settings write it. */
  @Override
  public String toString() {
    return prefix.getHostAddress() + "/" + length;
  }
}
