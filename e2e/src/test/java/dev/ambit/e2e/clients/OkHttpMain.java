package dev.ambit.e2e.clients;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.function.Consumer;
import okhttp3.MediaType;
import okhttp3.OkHttp;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;

/// The client OkHttp, with its defaults.
record OkHttpMain(OkHttpClient http) implements JavaProgram {
  public static void main(String[] words) throws IOException, InterruptedException {
    var http = new OkHttpClient();
    try {
      new OkHttpMain(http).run(words);
    } finally {
      http.connectionPool().evictAll();
      http.dispatcher().executorService().shutdown();
    }
  }

  @Override
  public Reply send(String method, URI uri, List<String> fields) throws IOException {
    var request = request(uri).method(method, null);
    for (var field : fields) {
      var colon = field.indexOf(':');
      request.header(field.substring(0, colon), field.substring(colon + 1));
    }
    return reply(request);
  }

  @Override
  public Reply upload(URI uri, Path file) throws IOException {
    var bytes = MediaType.get("application/octet-stream");
    return reply(request(uri).post(RequestBody.create(file.toFile(), bytes)));
  }

  private static Request.Builder request(URI uri) throws IOException {
    return new Request.Builder().url(uri.toURL());
  }

  private Reply reply(Request.Builder request) throws IOException {
    try (var answer = http.newCall(request.build()).execute()) {
      var headers = new HashMap<String, String>();
      answer.headers().forEach(field -> headers.put(field.getFirst(), field.getSecond()));
      return new Reply(answer.code(), headers, answer.body().string());
    }
  }

  @Override
  public void follow(URI uri, Consumer<String> lines) throws IOException {
    try (var answer = http.newCall(request(uri).build()).execute()) {
      var source = answer.body().source();
      for (var line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
        lines.accept(line);
      }
    }
  }

  @Override
  public String version() {
    return OkHttp.VERSION;
  }
}
