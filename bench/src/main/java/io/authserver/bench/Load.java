package io.authserver.bench;

/**
 * One kind of load.
 *
 * @param bytes of a message, header section aside
 * @param sessions at once
 * @param kept whether a session sends all of its messages over one connection
 */
record Load(int bytes, int sessions, boolean kept) {
  String size() {
    return bytes >= 1 << 20 ? (bytes >> 20) + " MB" : (bytes >> 10) + " KB";
  }

  String connections() {
    return sessions + (kept ? " kept" : " new");
  }

  @Override
  public String toString() {
    return size() + ", " + connections();
  }
}
