// Package config_test asks a real API server about the manifests that install the operator: whether it takes them, and what
// they allow to whom.
package config_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/campaign-operator/campaign-operator/test/controlplane"
)

const (
	namespace = "campaign-operator-system"
	operator  = "system:serviceaccount:" + namespace + ":campaign-operator-manager"
)

var server *controlplane.ControlPlane

func TestMain(m *testing.M) {
	os.Exit(runTests(m))
}

func runTests(m *testing.M) int {
	var err error
	if server, err = controlplane.Start(context.Background(), controlplane.Options{}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() {
		if err := server.Stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}()
	if _, _, err := server.Kubectl(context.Background(), "apply", "--server-side", "-k", "default"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

func kubectl(t *testing.T, args ...string) (stdout, stderr string) {
	t.Helper()
	stdout, stderr, err := server.Kubectl(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	return stdout, stderr
}

// Once more over what is there, so that the namespace's pod security is in force.
func TestTheInstallationIsTakenWithoutWarnings(t *testing.T) {
	stdout, stderr := kubectl(t, "apply", "--server-side", "-k", "default")
	if stderr != "" {
		t.Errorf("kubectl says: %s", stderr)
	}
	for _, part := range []string{"namespace/" + namespace, "deployment.apps/campaign-operator-manager",
		"clusterrole.rbac.authorization.k8s.io/campaign-operator-manager",
		"customresourcedefinition.apiextensions.k8s.io/paygiftactivities.campaign-operator.io"} {
		if !strings.Contains(stdout, part+" ") {
			t.Errorf("%s is not in what was applied:\n%s", part, stdout)
		}
	}
}

// can asks whether a user may do something, as `verb group/resource[/subresource] [namespace/[name]]`.
func can(t *testing.T, user, question string) bool {
	t.Helper()
	api, err := client.New(server.Config, client.Options{Scheme: scheme(t)})
	if err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(question + " /")
	resource := strings.Split(words[1], "/")
	place := strings.SplitN(words[2], "/", 2)
	attributes := &authorizationv1.ResourceAttributes{Verb: words[0], Group: resource[0], Resource: resource[1]}
	if len(resource) > 2 {
		attributes.Subresource = resource[2]
	}
	attributes.Namespace = place[0]
	if len(place) > 1 {
		attributes.Name = place[1]
	}
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{User: user, ResourceAttributes: attributes}}
	if err := api.Create(t.Context(), review); err != nil {
		t.Fatal(err)
	}
	return review.Status.Allowed
}

func scheme(t *testing.T) *runtime.Scheme {
	t.Helper()
	s := runtime.NewScheme()
	if err := authorizationv1.AddToScheme(s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheOperatorMayDoWhatItNeedsAndNoMore(t *testing.T) {
	for question, want := range map[string]bool{
		"get /secrets platform/":                       true,
		"list /secrets platform/":                      false,
		"watch /secrets platform/":                     false,
		"list /secrets":                                false,
		"update /secrets platform/":                    false,
		"watch campaign-operator.io/paygiftactivities": true,
		"patch campaign-operator.io/paygiftactivities/status marketing/x":                                  true,
		"get campaign-operator.io/paygiftactivities/status marketing/x":                                    false,
		"patch campaign-operator.io/paygiftactivities marketing/x":                                         true, // finalizers
		"update campaign-operator.io/paygiftactivities marketing/x":                                        false,
		"delete campaign-operator.io/paygiftactivities marketing/x":                                        false,
		"create campaign-operator.io/paygiftactivities marketing/":                                         false,
		"patch campaign-operator.io/wechatpaymerchants platform/x":                                         true, // finalizers
		"update campaign-operator.io/wechatpaymerchants platform/x":                                        false,
		"watch campaign-operator.io/alipayvoucheractivities":                                               true,
		"patch campaign-operator.io/alipayvoucheractivities marketing/x":                                   true, // finalizers
		"patch campaign-operator.io/alipayvoucheractivities/status marketing/x":                            true,
		"update campaign-operator.io/alipayvoucheractivities marketing/x":                                  false,
		"patch campaign-operator.io/alipayapps platform/x":                                                 true, // finalizers
		"patch campaign-operator.io/alipayapps/status platform/x":                                          true,
		"update campaign-operator.io/alipayapps platform/x":                                                false,
		"get apiextensions.k8s.io/customresourcedefinitions /alipayvoucheractivities.campaign-operator.io": true,
		"create events.k8s.io/events marketing/":                                                           true,
		"create coordination.k8s.io/leases " + namespace + "/":                                             true,
		"update coordination.k8s.io/leases " + namespace + "/campaign-operator.io":                         true,
		"update coordination.k8s.io/leases " + namespace + "/other":                                        false,
		"create coordination.k8s.io/leases marketing/":                                                     false,
		"create /events " + namespace + "/":                                                                true,
		"patch /events " + namespace + "/x":                                                                false,
		"create /events marketing/":                                                                        false,
		"get /namespaces /marketing":                                                                       true,
		"list /namespaces":                                                                                 false,
		"get apiextensions.k8s.io/customresourcedefinitions /paygiftactivities.campaign-operator.io":       true,
		"get apiextensions.k8s.io/customresourcedefinitions /certificates.cert-manager.io":                 false,
		"create /pods " + namespace + "/":                                                                  false,
	} {
		if got := can(t, operator, question); got != want {
			t.Errorf("%s: %t", question, got)
		}
	}
}

func TestWhatPeopleMay(t *testing.T) {
	for role, cases := range map[string]map[string]bool{
		"campaign-viewer": {
			"list campaign-operator.io/paygiftactivities marketing/":       true,
			"list campaign-operator.io/couponstocks marketing/":            true,
			"list campaign-operator.io/wechatpaymerchants marketing/":      true,
			"list campaign-operator.io/alipayvoucheractivities marketing/": true,
			"list campaign-operator.io/alipayapps marketing/":              true,
			"create campaign-operator.io/paygiftactivities marketing/":     false,
			"get /secrets marketing/":                                      false,
		},
		"campaign-editor": {
			"create campaign-operator.io/paygiftactivities marketing/":              true,
			"delete campaign-operator.io/paygiftactivities marketing/x":             true,
			"create campaign-operator.io/couponstocks marketing/":                   true,
			"patch campaign-operator.io/couponstocks/status marketing/x":            false,
			"create campaign-operator.io/alipayvoucheractivities marketing/":        true,
			"patch campaign-operator.io/alipayvoucheractivities/status marketing/x": false,
			"create campaign-operator.io/alipayapps marketing/":                     false,
			"create campaign-operator.io/paygiftactivities platform/":               false,
			"patch campaign-operator.io/paygiftactivities/status marketing/x":       false,
			"create campaign-operator.io/wechatpaymerchants marketing/":             false,
			"get /secrets marketing/":                                               false,
		},
		"account-editor": {
			"create campaign-operator.io/wechatpaymerchants marketing/":        true,
			"patch campaign-operator.io/wechatpaymerchants/status marketing/x": false,
			"create campaign-operator.io/alipayapps marketing/":                true,
			"patch campaign-operator.io/alipayapps/status marketing/x":         false,
			"create campaign-operator.io/alipayvoucheractivities marketing/":   false,
			"create campaign-operator.io/paygiftactivities marketing/":         false,
			"get /secrets marketing/":                                          false,
		},
	} {
		t.Run(role, func(t *testing.T) {
			// A RoleBinding may be made before its namespace's other contents; the namespace itself has to be there.
			_, _, _ = server.Kubectl(t.Context(), "create", "namespace", "marketing")
			kubectl(t, "create", "rolebinding", role, "--clusterrole=campaign-operator-"+role, "--user="+role, "--namespace=marketing")
			for question, want := range cases {
				if got := can(t, role, question); got != want {
					t.Errorf("%s: %t", question, got)
				}
			}
		})
	}
}

func TestTheManagerTakesTheDeploymentsFlags(t *testing.T) {
	manager := "../bin/manager"
	if _, err := os.Stat(manager); err != nil {
		t.Fatal("no bin/manager: run make build")
	}
	overlays := []string{"default", "prometheus", withNotifications(t, "default"), withNotifications(t, "prometheus")}
	for _, overlay := range overlays {
		args := deploymentArgs(t, overlay)
		if len(args) == 0 {
			t.Fatalf("%s: the Deployment gives the manager no flags", overlay)
		}
		// Flags are read before help is printed.
		out, err := exec.CommandContext(t.Context(), manager, append(args, "--help")...).CombinedOutput()
		if err != nil {
			t.Errorf("%s: manager %s: %v: %s", overlay, strings.Join(args, " "), err, out)
		}
	}
}

// withNotifications is an overlay that opens the notification door, as docs/notifications.md has it.
func withNotifications(t *testing.T, base string) string {
	t.Helper()
	dir := t.TempDir()
	var paths []any
	for _, part := range []string{base, "notifications"} {
		absolute, err := filepath.Abs(part)
		if err != nil {
			t.Fatal(err)
		}
		relative, err := filepath.Rel(dir, absolute) // kustomize takes no other
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, relative)
	}
	overlay := fmt.Sprintf("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [%q]\ncomponents: [%q]\n", paths...)
	if err := os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(overlay), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestTheNotificationDoorIsOpenedByAComponent(t *testing.T) {
	overlay := withNotifications(t, "default")
	for _, args := range [][]string{{"-k", overlay}, {"-f", "notifications/network_policy.yaml"}} {
		if _, stderr := kubectl(t, append([]string{"apply", "--server-side", "--dry-run=server"}, args...)...); stderr != "" {
			t.Errorf("kubectl says: %s", stderr)
		}
	}
	manager, service := managerIn(t, overlay), corev1.Service{}
	find(t, overlay, &service, "Service", "campaign-operator-notifications")
	if !slices.Contains(manager.Args, "--notify-bind-address=:8444") {
		t.Errorf("the door stays closed: %v", manager.Args)
	}
	for _, port := range service.Spec.Ports {
		if !slices.ContainsFunc(manager.Ports, func(p corev1.ContainerPort) bool {
			return p.Name == port.TargetPort.String() && p.ContainerPort == port.Port
		}) {
			t.Errorf("nobody listens on the Service's port %s: %v", port.Name, manager.Ports)
		}
	}
	if closed := deploymentArgs(t, "default"); slices.ContainsFunc(closed, func(arg string) bool { return strings.HasPrefix(arg, "--notify-") }) {
		t.Errorf("without the component the door is open: %v", closed)
	}
}

func deploymentArgs(t *testing.T, overlay string) []string {
	t.Helper()
	return managerIn(t, overlay).Args
}

// managerIn is the manager's container in an overlay.
func managerIn(t *testing.T, overlay string) corev1.Container {
	t.Helper()
	var deployment appsv1.Deployment
	find(t, overlay, &deployment, "Deployment", "campaign-operator-manager")
	return deployment.Spec.Template.Spec.Containers[0]
}

// find reads an object of an overlay.
func find(t *testing.T, overlay string, object client.Object, kind, name string) {
	t.Helper()
	built, _ := kubectl(t, "kustomize", overlay)
	for document := range strings.SplitSeq(built, "\n---\n") {
		var meta metav1.PartialObjectMetadata
		if err := yaml.Unmarshal([]byte(document), &meta); err != nil {
			t.Fatal(err)
		}
		if meta.Kind != kind || meta.Name != name {
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(document), object); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Fatalf("%s has no %s %s", overlay, kind, name)
}

func TestTheAlertsSpeakOfMetricsThatExist(t *testing.T) {
	sources, err := filepath.Glob("../internal/metrics/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var code strings.Builder
	for _, source := range sources {
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		code.Write(text)
	}
	rules, err := os.ReadFile("prometheus/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	names := regexp.MustCompile(`campaign_operator_[a-z_]+`).FindAllString(string(rules), -1)
	if len(names) == 0 {
		t.Fatal("no metric of ours in the rules")
	}
	for _, name := range names {
		if !strings.Contains(code.String(), `"`+strings.TrimSuffix(name, "_bucket")+`"`) {
			t.Errorf("%s is in no source of internal/metrics", name)
		}
	}
}
