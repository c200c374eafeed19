// SPDX-License-Identifier: Apache-2.0

import io.kubernetes.client.Exec;
import io.kubernetes.client.openapi.ApiClient;
import io.kubernetes.client.openapi.apis.CoreV1Api;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1ObjectMeta;
import io.kubernetes.client.util.Config;
import io.kubernetes.client.util.Watch;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Java client: lists, writes, watches and runs a command; prints "ok" at the end. */
public class Check {
  /** Runs against KUBECONFIG and the pod named on the command line. */
  public static void main(String[] arguments) throws Exception {
    ApiClient client = Config.fromConfig(System.getenv("KUBECONFIG"));
    client.setHttpClient(client.getHttpClient().newBuilder().readTimeout(Duration.ZERO).build());
    require(client.isVerifyingSsl(), "certificates are checked");
    CoreV1Api core = new CoreV1Api(client);
    require(!core.listNode().execute().getItems().isEmpty(), "there is a node");
    V1ConfigMap map =
        new V1ConfigMap()
            .metadata(new V1ObjectMeta().name("from-java"))
            .data(Map.of("colour", "red"));
    core.createNamespacedConfigMap("default", map).execute();
    List<String> seen = new ArrayList<>();
    Type type = new com.google.gson.reflect.TypeToken<Watch.Response<V1ConfigMap>>() {}.getType();
    try (Watch<V1ConfigMap> watch =
        Watch.createWatch(
            client,
            core.listNamespacedConfigMap("default")
                .fieldSelector("metadata.name=from-java")
                .watch(true)
                .buildCall(null),
            type)) {
      while (seen.size() < 3) {
        Watch.Response<V1ConfigMap> event = watch.next();
        seen.add(event.type + " " + event.object.getData().get("colour"));
        if (event.type.equals("ADDED")) {
          map.setData(Map.of("colour", "blue"));
          core.replaceNamespacedConfigMap("from-java", "default", map).execute();
        } else if (event.type.equals("MODIFIED")) {
          core.deleteNamespacedConfigMap("from-java", "default").execute();
        }
      }
    }
    require(seen.equals(List.of("ADDED red", "MODIFIED blue", "DELETED blue")), "" + seen);
    String[] command = {"sh", "-c", "echo said by the pod"};
    Process process = new Exec(client).exec("default", arguments[0], command, false, false);
    String said = new String(process.getInputStream().readAllBytes()).strip();
    require(process.waitFor() == 0 && said.equals("said by the pod"), said);
    System.out.println("ok");
    System.exit(0);
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new IllegalStateException(what);
    }
  }
}
