// Asks structured-merge-diff what random sequences of applies and updates come to: see README.md.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"os"
	"sort"
	"strconv"

	"sigs.k8s.io/structured-merge-diff/v4/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v4/merge"
	"sigs.k8s.io/structured-merge-diff/v4/typed"
	"sigs.k8s.io/structured-merge-diff/v4/value"
)

// The same structure is ReferenceStructure in Java.
const schemaText = `types:
- name: root
  map:
    fields:
    - {name: text, type: {scalar: string}}
    - {name: number, type: {scalar: numeric}}
    - {name: flag, type: {scalar: boolean}}
    - {name: labels, type: {map: {elementType: {scalar: string}}}}
    - {name: units, type: {list: {elementType: {namedType: unit}, elementRelationship: associative, keys: [name]}}}
    - {name: ports, type: {list: {elementType: {namedType: port}, elementRelationship: associative, keys: [port, protocol]}}}
    - {name: finalizers, type: {list: {elementType: {scalar: string}, elementRelationship: associative}}}
    - {name: numbers, type: {list: {elementType: {scalar: numeric}, elementRelationship: associative}}}
    - {name: command, type: {list: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: selector, type: {map: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: nested, type: {namedType: nested}}
    - {name: anything, type: {namedType: __untyped_deduced_}}
    - {name: status, type: {namedType: nested}}
- name: nested
  map:
    fields:
    - {name: text, type: {scalar: string}}
    - {name: labels, type: {map: {elementType: {scalar: string}}}}
    - {name: inner, type: {namedType: nested}}
    - {name: finalizers, type: {list: {elementType: {scalar: string}, elementRelationship: associative}}}
- name: unit
  map:
    fields:
    - {name: name, type: {scalar: string}}
    - {name: content, type: {scalar: string}}
    - {name: dropIns, type: {map: {elementType: {scalar: string}}}}
    - {name: reloadOn, type: {list: {elementType: {scalar: string}, elementRelationship: atomic}}}
    - {name: tags, type: {list: {elementType: {scalar: string}, elementRelationship: associative}}}
    - {name: files, type: {list: {elementType: {namedType: file}, elementRelationship: associative, keys: [path]}}}
    - {name: readiness, type: {namedType: nested}}
- name: file
  map:
    fields:
    - {name: path, type: {scalar: string}}
    - {name: mode, type: {scalar: string}}
- name: port
  map:
    fields:
    - {name: port, type: {scalar: numeric}}
    - {name: protocol, type: {scalar: string}}
    - {name: text, type: {scalar: string}}
- name: __untyped_atomic_
  scalar: untyped
  list: {elementType: {namedType: __untyped_atomic_}, elementRelationship: atomic}
  map: {elementType: {namedType: __untyped_atomic_}, elementRelationship: atomic}
- name: __untyped_deduced_
  scalar: untyped
  list: {elementType: {namedType: __untyped_atomic_}, elementRelationship: atomic}
  map: {elementType: {namedType: __untyped_deduced_}, elementRelationship: separable}
`

type object = map[string]interface{}

type step struct {
	By     string      `json:"by"`
	Apply  bool        `json:"apply,omitempty"`
	Force  bool        `json:"force,omitempty"`
	Object interface{} `json:"object"`
}

type answer struct {
	Object    json.RawMessage     `json:"object,omitempty"`
	Conflicts map[string][]string `json:"conflicts,omitempty"`
	Owners    json.RawMessage     `json:"owners,omitempty"`
}

type sequence struct {
	Ignored bool     `json:"ignored,omitempty"`
	Steps   []step   `json:"steps"`
	Answers []answer `json:"answers"`
}

// There is one version only.
type sameVersion struct{}

func (sameVersion) Convert(object *typed.TypedValue, _ fieldpath.APIVersion) (*typed.TypedValue, error) {
	return object, nil
}

func (sameVersion) IsMissingVersionError(error) bool { return false }

const version = fieldpath.APIVersion("v1")

func main() {
	first, sequences := number(1), number(2)
	parser, err := typed.NewParser(typed.YAMLObject(schemaText))
	check(err)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for seed := first; seed < first+sequences; seed++ {
		check(encoder.Encode(run(parser.Type("root"), rand.New(rand.NewSource(int64(seed))))))
	}
}

func run(root typed.ParseableType, random *rand.Rand) sequence {
	ignored := random.Intn(4) == 0
	updater := merge.Updater{Converter: sameVersion{}}
	if ignored {
		updater.IgnoredFields = map[fieldpath.APIVersion]*fieldpath.Set{
			version: fieldpath.NewSet(fieldpath.MakePathOrDie("status")),
		}
	}
	result := sequence{Ignored: ignored}
	live := object{}
	owners := fieldpath.ManagedFields{}
	configs := map[string]object{}
	for i := 4 + random.Intn(5); i > 0; i-- {
		make := maker{random}
		next := step{By: string(rune('a' + random.Intn(3))), Apply: random.Intn(3) > 0}
		if !next.Apply {
			next.By += "-update"
		}
		next.Force = next.Apply && random.Intn(3) == 0
		var wanted object
		switch {
		case !next.Apply:
			wanted = make.changed(live)
		case configs[next.By] != nil && random.Intn(5) > 0:
			wanted = make.changed(configs[next.By])
		case random.Intn(3) == 0:
			wanted = make.changed(live)
		default:
			wanted = make.root()
		}
		next.Object = wanted
		before, err := root.FromUnstructured(clone(live))
		check(err)
		after, err := root.FromUnstructured(clone(wanted))
		check(err)
		said := answer{}
		if next.Apply {
			merged, managers, err := updater.Apply(before, after, version, owners.Copy(), next.By, next.Force)
			if conflicts, ok := err.(merge.Conflicts); ok {
				said.Conflicts = fieldsOf(conflicts, updater, before, after, owners, next.By)
			} else {
				check(err)
				configs[next.By] = wanted
				said.Owners = written(owners, managers)
				owners = managers
				if merged != nil {
					live = asObject(merged)
					said.Object = text(live)
				}
			}
		} else {
			updated, managers, err := updater.Update(before, after, version, owners.Copy(), next.By)
			check(err)
			said.Owners = written(owners, managers)
			owners = managers
			live = asObject(updated)
		}
		result.Steps = append(result.Steps, next)
		result.Answers = append(result.Answers, said)
	}
	return result
}

// The fields of the conflicts. Those that the error names share memory, so that of two deep siblings one is named twice;
// the fields are the owners' among what a forced apply changes.
func fieldsOf(conflicts merge.Conflicts, updater merge.Updater, before, after *typed.TypedValue,
	owners fieldpath.ManagedFields, by string) map[string][]string {
	forced, _, err := updater.Apply(before, after, version, owners.Copy(), by, true)
	check(err)
	difference, err := before.Compare(forced)
	check(err)
	difference = difference.ExcludeFields(updater.IgnoredFields[version])
	counts := map[string]int{}
	for _, conflict := range conflicts {
		counts[conflict.Manager]++
	}
	fields := map[string][]string{}
	for owner := range counts {
		owners[owner].Set().Intersection(difference.Modified.Union(difference.Added)).Iterate(func(path fieldpath.Path) {
			fields[owner] = append(fields[owner], path.String())
		})
		if len(fields[owner]) != counts[owner] {
			panic(fmt.Sprintf("not the conflicts: %v, %v", conflicts, fields))
		}
		sort.Strings(fields[owner])
	}
	return fields
}

func written(before, after fieldpath.ManagedFields) json.RawMessage {
	if before.Equals(after) {
		return nil
	}
	all := map[string]json.RawMessage{}
	for manager, set := range after {
		fields, err := set.Set().ToJSON()
		check(err)
		all[manager] = fields
	}
	return text(all)
}

func asObject(typed *typed.TypedValue) object {
	bytes, err := value.ToJSON(typed.AsValue())
	check(err)
	var result object
	check(json.Unmarshal(bytes, &result))
	if result == nil {
		result = object{}
	}
	return integers(result).(object)
}

// Whole numbers as the server reads them: not as floats.
func integers(v interface{}) interface{} {
	switch v := v.(type) {
	case float64:
		if v == float64(int64(v)) {
			return int64(v)
		}
	case []interface{}:
		for i := range v {
			v[i] = integers(v[i])
		}
	case object:
		for key := range v {
			v[key] = integers(v[key])
		}
	}
	return v
}

func clone(v object) object {
	var result object
	check(json.Unmarshal(text(v), &result))
	return integers(result).(object)
}

func text(v interface{}) []byte {
	bytes, err := json.Marshal(v)
	check(err)
	return bytes
}

func number(argument int) int {
	n, err := strconv.Atoi(os.Args[argument])
	check(err)
	return n
}

func check(err error) {
	if err != nil {
		panic(fmt.Sprintf("%v", err))
	}
}

// Makes random values; small alphabets, so that owners meet often.
type maker struct{ random *rand.Rand }

func (m maker) pick(words ...string) string { return words[m.random.Intn(len(words))] }

func (m maker) sometimes(out object, name string, one int, v func() interface{}) {
	switch m.random.Intn(one * 8) {
	case 0:
		if m.random.Intn(3) == 0 {
			out[name] = nil
		} else {
			out[name] = v()
		}
	default:
		if m.random.Intn(one) == 0 {
			out[name] = v()
		}
	}
}

func (m maker) word() interface{}   { return m.pick("x", "y", "z") }
func (m maker) small() interface{}  { return int64(m.random.Intn(3)) }
func (m maker) truth() interface{}  { return m.random.Intn(2) == 0 }
func (m maker) words() interface{}  { return m.list(3, false, m.word) }
func (m maker) set() interface{}    { return m.list(4, true, m.word) }
func (m maker) numbers() interface{} { return m.list(4, true, m.small) }

func (m maker) list(most int, unique bool, element func() interface{}) interface{} {
	list := []interface{}{}
	seen := map[interface{}]bool{}
	for i := m.random.Intn(most); i > 0; i-- {
		v := element()
		if !unique || !seen[v] {
			list = append(list, v)
		}
		seen[v] = true
	}
	return list
}

func (m maker) labels() interface{} {
	labels := object{}
	for _, name := range []string{"p", "q", "r"} {
		if m.random.Intn(3) == 0 {
			labels[name] = m.word()
		}
	}
	return labels
}

func (m maker) nested(depth int) interface{} {
	nested := object{}
	m.sometimes(nested, "text", 2, m.word)
	m.sometimes(nested, "labels", 3, m.labels)
	m.sometimes(nested, "finalizers", 4, m.set)
	if depth > 0 {
		m.sometimes(nested, "inner", 2, func() interface{} { return m.nested(depth - 1) })
	}
	return nested
}

func (m maker) anything(depth int) interface{} {
	switch m.random.Intn(6) {
	case 0:
		return m.word()
	case 1:
		return m.small()
	case 2:
		return m.words()
	default:
		free := object{}
		if depth > 0 {
			m.sometimes(free, "m", 2, func() interface{} { return m.anything(depth - 1) })
			m.sometimes(free, "n", 2, func() interface{} { return m.anything(depth - 1) })
		}
		return free
	}
}

func (m maker) keyed(most int, key func() object, fill func(object)) interface{} {
	list := []interface{}{}
	seen := map[string]bool{}
	for i := m.random.Intn(most); i > 0; i-- {
		element := key()
		if id := string(text(element)); !seen[id] {
			seen[id] = true
			fill(element)
			list = append(list, element)
		}
	}
	return list
}

func (m maker) units() interface{} {
	return m.keyed(4, func() object { return object{"name": m.pick("s", "t", "u")} }, func(unit object) {
		m.sometimes(unit, "content", 2, m.word)
		m.sometimes(unit, "dropIns", 3, m.labels)
		m.sometimes(unit, "reloadOn", 3, m.words)
		m.sometimes(unit, "tags", 3, m.set)
		m.sometimes(unit, "files", 3, m.files)
		m.sometimes(unit, "readiness", 4, func() interface{} { return m.nested(1) })
	})
}

func (m maker) files() interface{} {
	return m.keyed(3, func() object { return object{"path": m.pick("/f", "/g")} }, func(file object) {
		m.sometimes(file, "mode", 2, m.word)
	})
}

func (m maker) ports() interface{} {
	return m.keyed(4, func() object {
		return object{"port": m.small(), "protocol": m.pick("tcp", "udp")}
	}, func(port object) {
		m.sometimes(port, "text", 2, m.word)
	})
}

func (m maker) fields() map[string]func() interface{} {
	return map[string]func() interface{}{
		"text":       m.word,
		"number":     m.small,
		"flag":       m.truth,
		"labels":     m.labels,
		"units":      m.units,
		"ports":      m.ports,
		"finalizers": m.set,
		"numbers":    m.numbers,
		"command":    m.words,
		"selector":   m.labels,
		"nested":     func() interface{} { return m.nested(2) },
		"anything":   func() interface{} { return m.anything(2) },
		"status":     func() interface{} { return m.nested(1) },
	}
}

func (m maker) names() []string {
	names := []string{}
	for name := range m.fields() {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (m maker) root() object {
	root := object{}
	for _, name := range m.names() {
		m.sometimes(root, name, 3, m.fields()[name])
	}
	return root
}

// The object with some of its fields replaced, removed or added.
func (m maker) changed(before object) object {
	after := clone(before)
	names := m.names()
	for i := m.random.Intn(4); i > 0; i-- {
		name := names[m.random.Intn(len(names))]
		if m.random.Intn(3) == 0 {
			delete(after, name)
		} else {
			after[name] = m.fields()[name]()
		}
	}
	if units, ok := after["units"].([]interface{}); ok && len(units) > 0 && m.random.Intn(2) == 0 {
		unit := units[m.random.Intn(len(units))].(object)
		unit["content"] = m.word()
		if m.random.Intn(2) == 0 {
			delete(unit, m.pick("dropIns", "tags", "files", "readiness", "reloadOn"))
		}
	}
	return after
}
