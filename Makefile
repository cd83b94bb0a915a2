# Campaign Operator. `make` lists the targets. Needed: Go, git, make and a POSIX shell; everything else is built from
# source into bin/, at versions pinned in hack/*/go.mod. GOFLAGS and other settings of yours are left alone.

.DEFAULT_GOAL := help
.PHONY: help demo test verify verify-generated verify-format verify-modules generate lint fmt vet cover bench build run \
	conformance walkthroughs control-plane flux-apply tools clean

# The race detector needs cgo, which Go turns off by itself where there is no C compiler.
TESTFLAGS ?= $(if $(filter 1,$(shell go env CGO_ENABLED)),-race)
# Where the control plane's binaries are: yours if you say so, else those that `make control-plane` builds.
ASSETS = assets=$$(cd "$${KUBEBUILDER_ASSETS:-bin/control-plane}" && pwd) && KUBEBUILDER_ASSETS="$$assets"
CONTROL_PLANE = $(if $(KUBEBUILDER_ASSETS),,control-plane)

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS = -s -w -X github.com/campaign-operator/campaign-operator/internal/version.version=$(VERSION)

# What `make generate` writes lies in these; `make verify` compares them before and after.
GENERATED = api config docs README.md

##@ Try it

help: ## List the targets.
	@awk 'BEGIN { FS = ":.*## " } \
		/^##@ / { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(CONTROL_PLANE) build ## Run the operator against a simulated WeChat Pay and Alipay. EXIT=1: stop once all has settled.
	@$(ASSETS) exec go run ./hack/demo $(if $(filter-out 0,$(EXIT)),--exit)

run: build ## Run the manager against the cluster of the current kubeconfig. ARGS="…": its flags.
	bin/manager --leader-elect=false $(ARGS)

##@ Work on it

build: ## Build every program in cmd/ into bin/.
	CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "$(LDFLAGS)" -o bin/ ./cmd/...

generate: tools ## Write what is made from the types and markers: deep copies, CRDs, RBAC, reference pages.
	bin/tools/controller-gen object paths=./api/...
	bin/tools/controller-gen crd:allowDangerousTypes=false,generateEmbeddedObjectMeta=false paths=./api/... output:crd:dir=config/crd/bases
	@# The role is made from +kubebuilder:rbac markers; without any there is nothing to make.
	if ls controllers/*.go >/dev/null 2>&1; then \
		bin/tools/controller-gen rbac:roleName=manager paths=./controllers/... output:rbac:dir=config/rbac; fi
	if [ -d hack/gen-docs ]; then go run ./hack/gen-docs; fi

fmt: ## Format the Go code.
	gofmt -s -w .

vet: ## Run go vet.
	go vet ./...

lint: tools ## Run the linters: .golangci.yml, and for api/ also .golangci-api.yml.
	bin/tools/golangci-lint run ./...
	bin/tools/golangci-lint run --config .golangci-api.yml ./api/...

##@ Check it

test: $(CONTROL_PLANE) build flux-apply ## Run all tests against a real API server. TESTFLAGS: other flags than -race.
	$(ASSETS) go test -timeout 20m $(TESTFLAGS) ./...

cover: $(CONTROL_PLANE) build ## Measure coverage of the engine, the providers and the notification door: 85 % wanted.
	@for dir in internal/engine providers/wechatpay providers/alipay internal/notify; do \
		profile=bin/cover-$$(basename $$dir).out; \
		$(ASSETS) go test -coverpkg=./$$dir/... -coverprofile=$$profile ./$$dir/... || exit 1; \
		go tool cover -func=$$profile | awk -v dir=$$dir '/^total:/ { \
			printf "coverage of %s: %s of statements\n", dir, $$3; exit ($$3 + 0 < 85) }' || \
			{ echo "$$dir: at least 85 % wanted; see go tool cover -html=$$profile" >&2; exit 1; }; \
	done

verify: verify-generated verify-format verify-modules vet lint ## Fail when something is not generated, formatted, tidy or clean.

verify-generated:
	@dirty= && before=$$(mktemp -d) && trap 'rm -rf "$$before"' EXIT && \
	cp -R $(wildcard $(GENERATED)) "$$before" && \
	$(MAKE) --no-print-directory generate && \
	for path in $(wildcard $(GENERATED)); do \
		git --no-pager diff --no-index --exit-code "$$before/$$path" "$$path" || dirty=1; \
	done && \
	if [ -n "$$dirty" ]; then echo "generated files were out of date: commit what make generate wrote" >&2; exit 1; fi

verify-format:
	@unformatted=$$(gofmt -s -l .) && if [ -n "$$unformatted" ]; then echo "run make fmt:" $$unformatted >&2; exit 1; fi

verify-modules:
	go mod tidy -diff

conformance: build ## Run the vendors' own SDKs against the simulator. Needs Node.
	@if [ -e test/conformance/run ]; then test/conformance/run; else echo "test/conformance/run is not there: nothing to run"; fi

walkthroughs: $(CONTROL_PLANE) build flux-apply ## Write docs/walkthroughs anew from the end-to-end tests and their real output.
	$(ASSETS) UPDATE_WALKTHROUGHS=1 go test -count=1 -timeout 15m -run 'Walkthrough' ./test/e2e

bench: $(CONTROL_PLANE) build ## Measure campaigns a second, API writes, gateway calls, memory. ARGS="…": flags.
	@$(ASSETS) exec go run ./hack/bench $(ARGS)

##@ Tools

control-plane: ## Build etcd, kube-apiserver and kubectl from source into bin/control-plane, when missing or outdated.
	@hack/control-plane/build

flux-apply: ## Build Flux's way of applying manifests into bin/, for the end-to-end tests. A module of its own: test/flux.
	cd test/flux && CGO_ENABLED=0 GOWORK=off go build -trimpath -buildvcs=false -ldflags "-s -w" -o ../../bin/flux-apply .

tools: ## Build controller-gen, golangci-lint, kustomize and crd-ref-docs into bin/tools, when missing or outdated.
	@hack/tools/build

clean: ## Remove all that was built.
	rm -rf bin
