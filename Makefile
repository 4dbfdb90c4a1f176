# The folder of a checkout is all that these targets write to (and Go's and Python's shared download caches).
PYTHON ?= python3
ENV := kernel-setup/env
REGEN ?= $(sort $(dir $(shell grep -rl --include='*_test.go' '"regen"' lib)))

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help setup report test test-cuda lab bench notebooks regen doctor clean

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install the kernel, JupyterLab, XLA and the tools into this checkout (CUDA=1: and XLA's CUDA plugin; CUDA=0: without it again)
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.10 or newer is missing: install the packages python3 and python3-venv"; exit 1; }
	@$(PYTHON) kernel-setup/setup $(if $(filter command,$(firstword $(origin CUDA))),--cuda=$(CUDA))

report: setup ## run every notebook and build report/index.html (RETHINKING_SCALE=quick|standard|paper)
	@$(ENV) go run ./lib/cmd/rethinking report $(ARGS)

test: setup ## run every test
	@$(ENV) $(PYTHON) kernel-setup/test

test-cuda: setup ## hold a GPU against the processor, and time it; without a GPU it says NOT RUN (CUDA=1: install XLA's CUDA plugin first)
	@RETHINKING_NEEDS_CUDA=1 $(ENV) go test ./lib/train ./lib/study -run CUDA -bench CUDA -benchtime 1x -v

lab: setup ## open JupyterLab with the Go kernel (PORT=8888, LAB_FLAGS=--no-browser)
	@$(ENV) jupyter lab --ServerApp.root_dir="$(CURDIR)/notebooks" $(if $(PORT),--port=$(PORT)) $(if $(filter 0,$(shell id -u)),--allow-root) $(LAB_FLAGS)

bench: setup ## compare training and Hessian products with train.Loop, JAX and PyTorch (ARGS=-work=epochs,...)
	@$(ENV) lib/train/bench/run $(ARGS)

notebooks: setup ## run the notebooks again in place, at standard scale
	@RETHINKING_SCALE=standard $(ENV) go run ./lib/cmd/rethinking report --in-place $(ARGS)

regen: setup ## write the golden files again (REGEN=./lib/report)
	@$(ENV) go test $(addprefix ./,$(patsubst ./%,%,$(REGEN))) -regen

doctor: ## say what is installed, which backend will run, and what is wrong
	@$(PYTHON) kernel-setup/doctor

clean: ## remove what was installed and made
	rm -rf .venv .venv-bench report bench.json
