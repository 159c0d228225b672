// Command gitops-eval runs scripts and expressions as Argo CD and Flux do. It reads one JSON request for each line of
// standard input and writes one JSON answer for each.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utiljson "k8s.io/apimachinery/pkg/util/json"
)

// Request asks for one of: what a script of Argo CD returns for the object, what Flux makes of it by expressions, and what
// it is to kstatus, which Flux and Helm go by where there are no expressions.
type Request struct {
	Object json.RawMessage `json:"object"`
	Script string          `json:"script"`
	// Flux is set for expressions.
	Flux *kustomize.HealthCheckExpressions `json:"flux"`
}

// Answer has Error, or what was asked for.
type Answer struct {
	Returned any    `json:"returned,omitempty"`
	Status   string `json:"status,omitempty"`
	Message  string `json:"message,omitempty"`
	Error    string `json:"error,omitempty"`
}

func main() {
	lines := bufio.NewReader(os.Stdin)
	answers := json.NewEncoder(os.Stdout)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := answers.Encode(answerTo(line)); err != nil {
				fmt.Fprintln(os.Stderr, "write answer:", err)
				os.Exit(1)
			}
		}
		if err != nil {
			return
		}
	}
}

func answerTo(line []byte) Answer {
	var request Request
	if err := json.Unmarshal(line, &request); err != nil {
		return Answer{Error: "read request: " + err.Error()}
	}
	object := map[string]any{}
	// Whole numbers become int64, as they are in both programs.
	if err := utiljson.Unmarshal(request.Object, &object); err != nil {
		return Answer{Error: "read object: " + err.Error()}
	}
	if request.Script != "" {
		return scriptAnswer(request.Script, object)
	}
	return statusAnswer(request.Flux, &unstructured.Unstructured{Object: object})
}

func statusAnswer(expressions *kustomize.HealthCheckExpressions, object *unstructured.Unstructured) Answer {
	var result *status.Result
	var err error
	if expressions == nil {
		result, err = status.Compute(object)
	} else {
		var evaluator *cel.StatusEvaluator
		if evaluator, err = cel.NewStatusEvaluator(expressions); err == nil {
			result, err = evaluator.Evaluate(context.Background(), object)
		}
	}
	if err != nil {
		return Answer{Error: err.Error()}
	}
	return Answer{Status: string(result.Status), Message: result.Message}
}

// With the libraries that Argo CD gives to scripts of argocd-cm, and its limit of time.
func scriptAnswer(script string, object map[string]any) Answer {
	state := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer state.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{
		{lua.LoadLibName, lua.OpenPackage},
		{lua.BaseLibName, lua.OpenBase},
		{lua.TabLibName, lua.OpenTable},
		{lua.OsLibName, openClock},
	} {
		parameters := lua.P{Fn: state.NewFunction(library.open), NRet: 0, Protect: true}
		if err := state.CallByParam(parameters, lua.LString(library.name)); err != nil {
			return Answer{Error: "open library: " + err.Error()}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	state.SetContext(ctx)
	state.SetGlobal("obj", luaValue(state, object))
	if err := state.DoString(script); err != nil {
		return Answer{Error: err.Error()}
	}
	return Answer{Returned: plainValue(state.Get(-1), object)}
}

// Of the library os there are date and time alone.
func openClock(state *lua.LState) int {
	lua.OpenOs(state)
	library := state.GetGlobal(lua.OsLibName).(*lua.LTable)
	clock := state.NewTable()
	for _, name := range []string{"date", "time"} {
		clock.RawSetString(name, library.RawGetString(name))
	}
	state.SetGlobal(lua.OsLibName, clock)
	return 0
}

func luaValue(state *lua.LState, value any) lua.LValue {
	switch value := value.(type) {
	case bool:
		return lua.LBool(value)
	case int64:
		return lua.LNumber(value)
	case float64:
		return lua.LNumber(value)
	case string:
		return lua.LString(value)
	case []any:
		table := state.CreateTable(len(value), 0)
		for _, item := range value {
			table.Append(luaValue(state, item))
		}
		return table
	case map[string]any:
		table := state.CreateTable(0, len(value))
		for key, item := range value {
			table.RawSetString(key, luaValue(state, item))
		}
		return table
	}
	return lua.LNil
}

// A table without anything in it is a list, unless it was a map in the object that the script was given.
func plainValue(value lua.LValue, former any) any {
	switch value := value.(type) {
	case lua.LBool:
		return bool(value)
	case lua.LNumber:
		return float64(value)
	case lua.LString:
		return string(value)
	case *lua.LTable:
		return plainTable(value, former)
	}
	return nil
}

func plainTable(table *lua.LTable, former any) any {
	formerMap, wasMap := former.(map[string]any)
	formerList, _ := former.([]any)
	list := []any{}
	for i := 1; i <= table.Len(); i++ {
		var item any
		if i <= len(formerList) {
			item = formerList[i-1]
		}
		list = append(list, plainValue(table.RawGetInt(i), item))
	}
	fields := map[string]any{}
	table.ForEach(func(key, value lua.LValue) {
		if name, ok := key.(lua.LString); ok {
			fields[string(name)] = plainValue(value, formerMap[string(name)])
		}
	})
	if len(fields) > 0 || (wasMap && len(list) == 0) {
		return fields
	}
	return list
}
